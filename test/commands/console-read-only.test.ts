import { describe, expect, it } from '@jest/globals';
import { PRODUCTION } from '../helpers/production.ts';
import { useConsole } from '../helpers/use-console.ts';

describe('npm run console in production', () => {
  const { ask, execute, rowsOf, sql } = useConsole();
  const write = `insert into app_public.rowgate_test_letters values (1, 'x');`;
  const readOnly = (input: string, who: { as?: string; role?: string } = {}) =>
    execute(input, { ...who, isReadOnly: true });

  it('cannot write without --write', async () => {
    const { code, errors } = await ask(write, [], PRODUCTION);
    expect(code).toBe(1);
    expect(errors).toContain('ERROR 25006: cannot execute INSERT in a read-only transaction');
    expect(await rowsOf('select from app_public.rowgate_test_letters')).toEqual([]);
  });

  it('can write with --write', async () => {
    expect((await ask(write, ['--write'], PRODUCTION)).output).toBe('INSERT 1\n');
  });

  it('cannot write as a user or a role either, and can read', async () => {
    const rename = `update app_public.users set name = 'X'`;
    expect((await ask(rename, ['--as', 'ada'], PRODUCTION)).errors).toContain('25006');
    expect((await readOnly(rename, { role: 'webuser' })).errors).toContain('25006');
    const insist = `begin; set transaction read write; ${rename}`;
    expect((await readOnly(insist, { as: 'ada' })).errors).toContain('25001');
    expect((await readOnly('select current_user', { as: 'ada' })).output).toContain(' webuser\n');
  });

  it.each([
    ['in a transaction', `begin; ${write}`],
    ['by a function', `do $$ begin ${write} end $$`],
  ])('cannot write %s', async (_, input) => {
    expect((await readOnly(input)).errors).toMatch(/ERROR 25006: cannot execute INSERT|^Read-only: /);
    expect(await rowsOf('select from app_public.rowgate_test_letters')).toEqual([]);
  });

  it.each([
    `begin; set transaction read write; ${write}`,
    `begin; set transaction_read_only = off; ${write}`,
    `set session characteristics as transaction read write; ${write}`,
    `set default_transaction_read_only = off; ${write}`,
    `begin read write; ${write}`,
    `commit; ${write}`,
    `begin; commit and chain; ${write}`,
    // What looks like one statement, and is several.
    `select begin atomic from (select 1 as begin) x; commit; ${write} select 1 as end;`,
    `select 1 --\r; commit; ${write} select 2\n + 1;`,
    `begin; select begin atomic from (select 1 as begin) x; commit; ${write} select 1 as end;`,
  ])('cannot be talked out of it: %s', async (input) => {
    expect((await readOnly(input)).errors).not.toBe('');
    expect(await rowsOf('select from app_public.rowgate_test_letters')).toEqual([]);
  });

  it.each([
    `select setval('app_public.rowgate_test_letters_seq', 5)`,
    `select nextval('app_public.rowgate_test_letters_seq')`,
    `select pg_advisory_lock(1)`,
    `select set_config('role', 'webadmin', false)`,
    `select set_config('session_authorization', 'postgres', false)`,
    `select pg_logical_emit_message(false, 'x', 'y')`,
    `explain analyze select pg_advisory_lock(1)`,
    `select pg_notify('letters', 'x')`,
    `select pg_catalog.pg_notify('letters', '') from generate_series(1, 2)`,
    `copy (select 1) to '/tmp/letters'`,
    `copy (select 1) to program 'true'`,
    `prepare transaction 'letters'`,
    `set role webadmin`,
    `set session authorization default`,
    `reset role`,
    `reset session authorization`,
    `reset all`,
    `set standard_conforming_strings = off`,
    `set local standard_conforming_strings to off`,
    `reset standard_conforming_strings`,
    `call app_public.commit_letters()`,
    `listen letters`,
    `load 'auto_explain'`,
    `discard all`,
  ])('cannot do what no rollback undoes: %s', async (input) => {
    for (const who of [{}, { as: 'ada' }, { role: 'webuser' }]) {
      const { errors } = await readOnly(`${input};`, who);
      expect(errors).toMatch(/^Read-only: |ERROR 25006|Write only|permission denied for sequence/);
    }
    expect(await rowsOf('select last_value, is_called from app_public.rowgate_test_letters_seq')).toEqual([
      ['1', false],
    ]);
  });

  it('can say that what was written is several statements', async () => {
    const input = 'select begin atomic from (select 1 as begin) x; select 2; select 1 as end;';
    expect((await readOnly(input)).errors).toContain('These are 3 statements. Write one at a time.');
  });

  it('cannot hide a call in what the database takes for another string', async () => {
    const hidden = String.raw`select 'a\', ' , pg_advisory_lock(1) --';`;
    const setting = 'set standard_conforming_strings';
    await sql(`do $$ begin execute format('alter database %I ${setting} = off', current_database()); end $$`);
    try {
      // As it is read with the setting that holds for this session: two texts.
      expect((await readOnly(hidden)).output).toContain(', pg_advisory_lock(1) --');
      // With the setting of the database it would be several statements, and none of them runs.
      const several = String.raw`select 'a\', '; commit; insert into app_public.rowgate_test_letters values (1, $$x$$) --';`;
      expect((await execute(several)).errors).toContain('cannot insert multiple commands');
    } finally {
      await sql(
        `do $$ begin execute format('alter database %I reset standard_conforming_strings', current_database()); end $$`,
      );
    }
    expect(await rowsOf('select from app_public.rowgate_test_letters')).toEqual([]);
  });

  it('can read in every way', async () => {
    for (const input of [
      'select count(*) from app_public.rowgate_test_letters',
      'table app_public.rowgate_test_letters',
      'values (1)',
      'with l as (select 1) select * from l',
      'explain analyze select * from app_public.rowgate_test_letters',
      'show work_mem',
      `set local work_mem = '8MB'`,
      'begin; savepoint s; select random(); rollback to s; commit',
      'begin; declare c cursor for select 1; fetch c; close c; rollback',
    ])
      expect([input, (await readOnly(`${input};`)).errors]).toEqual([input, '']);
  });

  it('cannot be promised to a superuser, to whom files and programs are open', async () => {
    await expect(readOnly('select 1', { as: 'superuser' })).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      message: expect.stringContaining('superuser'),
    });
  });
});

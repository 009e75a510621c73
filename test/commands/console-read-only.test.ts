import { describe, expect, it } from '@jest/globals';
import { PRODUCTION } from '../helpers/production.ts';
import { useConsole } from '../helpers/use-console.ts';

describe('npm run console in production', () => {
  const { ask, execute, rowsOf } = useConsole();
  const write = `insert into app_public.letters values (1, 'x');`;
  const readOnly = (input: string, who: { as?: string; role?: string } = {}) =>
    execute(input, { ...who, isReadOnly: true });

  it('cannot write without --write', async () => {
    const { code, errors } = await ask(write, [], PRODUCTION);
    expect(code).toBe(1);
    expect(errors).toContain('ERROR 25006: cannot execute INSERT in a read-only transaction');
    expect(await rowsOf('select from app_public.letters')).toEqual([]);
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
    expect((await readOnly(input)).errors).toContain('ERROR 25006: cannot execute INSERT');
    expect(await rowsOf('select from app_public.letters')).toEqual([]);
  });

  it.each([
    `begin; set transaction read write; ${write}`,
    `begin; set transaction_read_only = off; ${write}`,
    `set session characteristics as transaction read write; ${write}`,
    `set default_transaction_read_only = off; ${write}`,
    `begin read write; ${write}`,
    `commit; ${write}`,
    `begin; commit and chain; ${write}`,
  ])('cannot be talked out of it: %s', async (input) => {
    expect((await readOnly(input)).errors).not.toBe('');
    expect(await rowsOf('select from app_public.letters')).toEqual([]);
  });
});

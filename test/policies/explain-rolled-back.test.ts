import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';
import { policies } from './policies-command.ts';

const SCHEMA = `
  create table app_public.rolled_back (id int primary key, user_id uuid, title text);
  alter table app_public.rolled_back enable row level security;
  create policy all_users on app_public.rolled_back for all to webuser using (true) with check (true);
  grant select, insert, update, delete on app_public.rolled_back to webuser;
  insert into app_public.rolled_back values (1, null, 'one');
  create sequence app_public.rolled_back_seq;
  grant usage, update on sequence app_public.rolled_back_seq to webuser;

  -- What a schema may have, and an attacker would like to use.
  create function app_public.rolled_back_exec(command text) returns text language plpgsql volatile as
    $$ begin execute command; return 'done'; end $$;
  create procedure app_public.rolled_back_commit() language plpgsql as $$ begin commit; end $$;
  grant execute on function app_public.rolled_back_exec to public;
`;
const FILE = join(tmpdir(), `rolled-back-${process.pid}`);
const DROP = 'drop table app_public.rolled_back';
const ESCAPES = ['session_authorization', 'role'].flatMap((setting) => [
  `select set_config('${setting}', 'postgres', false)`,
  `set ${setting} = 'postgres'`,
]);

describe('what is explained', () => {
  let database: TestDatabase;
  let root: pg.Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    root = new pg.Client({ connectionString: database.root });
    await root.connect();
    await root.query(SCHEMA);
    await root.query(`select app_public.register('ada', 'ada@example.com', 'password of ada')`);
  });
  afterEach(async () => {
    rmSync(FILE, { force: true });
    expect((await root.query('select id, title from app_public.rolled_back')).rows).toEqual([
      { id: 1, title: 'one' },
    ]);
    expect((await root.query('select last_value, is_called from app_public.rolled_back_seq')).rows).toEqual([
      { last_value: '1', is_called: false },
    ]);
    expect(
      (await root.query(`select rolname from pg_roles where rolname ~ '^rowgate_explain'`)).rows,
    ).toEqual([]);
    expect(
      (await root.query('select from pg_prepared_xacts where database = current_database()')).rows,
    ).toEqual([]);
  });
  afterAll(async () => {
    await root.end();
    await database.drop();
  });
  const explain = (sql: string, url = database.root, ...who: string[]) =>
    policies(url, 'explain', ...(who.length > 0 ? who : ['--as', 'ada']), sql).then(
      ({ exitCode, output, notes }) => ({ exitCode, text: output + notes }),
      (error: Error) => ({ exitCode: -1, text: error.message }),
    );

  it.each([
    `select 1; commit; ${DROP}`,
    `select 1;commit;${DROP};--`,
    `select $$;$$; commit; ${DROP}`,
    `select $x$ $$ $x$; commit; ${DROP}`,
    `select 'a'';'; commit; ${DROP}`,
    `select '\\'; commit; ${DROP}; select '`,
    `select E'\\'; commit; ${DROP} --'; commit; ${DROP}`,
    `select U&'\\0027'; commit; ${DROP}`,
    `select U&"a\\0022;" from (select 1 as "a"";") x; commit; ${DROP}`,
    `select 1 /* /* */ ; */; commit; ${DROP}`,
    `select 1 -- \n; commit; ${DROP}`,
    `select 1\u2028; commit; ${DROP}`,
    `select 1)) ; commit; ${DROP}`,
    `analyze, verbose) select 1; commit; ${DROP}`,
    '',
    ';',
    '/* nothing */',
    'select from where',
    `\\! touch ${FILE}`,
    `select 1 \\g ${FILE}`,
  ])('cannot be more or less than one statement: %j', async (sql) => {
    const { exitCode, text } = await explain(sql);
    expect(exitCode).toBe(2);
    expect(text).toMatch(/one statement|syntax error/);
  });

  it('can be one statement with semicolons and comments where they part nothing', async () => {
    for (const sql of [
      `select title from app_public.rolled_back where title <> ';commit;' ;  -- the end`,
      'select title from app_public.rolled_back where title <> $x$; commit; $x$ /* ; */',
      `select title from app_public.rolled_back where title <> E'\\';' and title <> U&'\\003b';;`,
      'with gone as (delete from app_public.rolled_back returning *) select * from gone',
      `insert into app_public.rolled_back values (2, null, 'two') on conflict do nothing`,
      `merge into app_public.rolled_back r using (select 1 as id) s on r.id = s.id when matched then update set title = 'x'`,
      'table app_public.rolled_back',
    ]) {
      const { exitCode, text } = await explain(sql);
      expect([sql, exitCode, text]).toEqual([sql, 0, expect.stringContaining('Nothing stands in the way')]);
    }
  });

  it.each([
    'commit',
    'rollback',
    'begin',
    'end',
    'abort and chain',
    `prepare transaction 'rolled-back'`,
    `do $$ begin commit; ${DROP}; end $$`,
    'call app_public.rolled_back_commit()',
    `copy app_public.rolled_back to '${FILE}'`,
    `copy app_public.rolled_back to program 'cat > ${FILE}'`,
    `copy app_public.rolled_back from program 'touch ${FILE}'`,
    'create database rolled_back',
    `alter system set work_mem = '1MB'`,
    'set session authorization default',
    'set role postgres',
    'reset role',
    `set session characteristics as transaction read write`,
    DROP,
    'truncate app_public.rolled_back',
    'create table app_public.rolled_back_2 as select 1',
    'select 1 as a into app_public.rolled_back_2',
    'with w as (select 1) select * into app_public.rolled_back_2 from w',
    'prepare p as delete from app_public.rolled_back',
    `explain analyze delete from app_public.rolled_back`,
    'declare c cursor with hold for select 1',
    'vacuum',
    'listen rolled_back',
    "load 'auto_explain'",
    'discard all',
    'checkpoint',
  ])('cannot be anything but a query: %s', async (sql) => {
    const { exitCode, text } = await explain(sql);
    expect(exitCode).toBe(2);
    expect(text).toMatch(/select, insert, update, delete or merge/);
    expect(existsSync(FILE)).toBe(false);
  });

  it.each([
    `select lo_export(lo_from_bytea(0, 'x'), '${FILE}')`,
    `select pg_catalog.lo_export(lo_from_bytea(0, 'x'), '${FILE}')`,
    `select * from pg_read_file('PG_VERSION')`,
    `select title from app_public.rolled_back where pg_read_file('PG_VERSION') <> ''`,
    `select ('PG_VERSION'::text).pg_read_file`,
    `select pg_ls_dir('.')`,
    `select setval('app_public.rolled_back_seq', 5)`,
    `insert into app_public.rolled_back values (setval('app_public.rolled_back_seq', 5), null, 'x')`,
    `select set_config('role', 'postgres', false)`,
    `select set_config('session_authorization', 'postgres', false)`,
    'select pg_reload_conf()',
    `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()`,
    `select pg_advisory_lock(1)`,
    `select pg_create_restore_point('x')`,
    `select query_to_xml('${DROP}', true, true, '')`,
    `select dblink('', '${DROP}')`,
    `select "pg_read_file"('PG_VERSION')`,
    `select U&"pg\\005fread_file"('PG_VERSION')`,
    `with x as (select pg_read_file('PG_VERSION')) select * from x`,
    `update app_public.rolled_back set title = pg_read_file('PG_VERSION')`,
    `select 1 order by pg_read_file('PG_VERSION')`,
    `select array_agg(title order by pg_read_file('PG_VERSION')) from app_public.rolled_back`,
  ])('cannot call a function that acts outside of the transaction: %s', async (sql) => {
    const { exitCode, text } = await explain(sql);
    expect(exitCode).toBe(2);
    expect(text).toMatch(/function|does not exist/);
    expect(existsSync(FILE)).toBe(false);
  });

  it.each([
    ...ESCAPES,
    ...ESCAPES.map((command) => `${command}; copy (select 1) to '${FILE}'`),
    'reset role',
    'set session authorization default',
    'commit',
    `copy (select 1) to '${FILE}'`,
    `copy (select 1) to program 'cat > ${FILE}'`,
    `do 'begin commit; end'`,
    'call app_public.rolled_back_commit()',
    `alter system set work_mem = '1MB'`,
    `select lo_export(lo_from_bytea(0, 'x'), '${FILE}')`,
    `select pg_read_file('PG_VERSION')`,
  ])('cannot become more than the user through a function that runs any SQL: %s', async (command) => {
    for (const who of [
      ['--as', 'ada'],
      ['--role', 'webuser'],
    ])
      for (const sql of [
        `select app_public.rolled_back_exec(${pg.escapeLiteral(command)})`,
        `select title from app_public.rolled_back where app_public.rolled_back_exec(${pg.escapeLiteral(command)}) = 'done'`,
        `insert into app_public.rolled_back values (7, null, app_public.rolled_back_exec(${pg.escapeLiteral(command)}))`,
      ]) {
        const { text } = await explain(sql, database.root, ...who);
        expect(text).toMatch(
          /permission denied|cannot set|cannot begin|cannot (be )?execute|invalid transaction termination|EXECUTE of transaction|ALTER SYSTEM|must be superuser/i,
        );
        expect(existsSync(FILE)).toBe(false);
      }
  });

  it('cannot be asked for a superuser', async () => {
    const { rows } = await root.query('select current_user as name');
    const { exitCode, text } = await explain('select 1', database.root, '--role', rows[0].name);
    expect([exitCode, text]).toEqual([2, expect.stringContaining('is a superuser')]);
  });

  it('is one statement whatever the database takes for a backslash', async () => {
    const { database: name } = new pg.Client({ connectionString: database.root });
    await root.query(`alter database ${name} set standard_conforming_strings = off`);
    try {
      const { exitCode } = await explain(
        `select title from app_public.rolled_back where title <> '\\'; commit; ${DROP}; select '`,
      );
      expect(exitCode).toBe(2);
      const { exitCode: other } = await explain(
        `select title from app_public.rolled_back where title <> 'a\\'`,
      );
      expect(other).toBe(0);
    } finally {
      await root.query(`alter database ${name} reset standard_conforming_strings`);
    }
  });
});

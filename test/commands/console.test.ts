import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { openHistory } from '../../src/console/history.ts';
import { StatementReader } from '../../src/console/statement-reader.ts';
import { registerReaders } from '../docs/register-readers.ts';
import { PRODUCTION } from '../helpers/production.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';
import { until } from '../helpers/until.ts';

describe('npm run console', () => {
  let database: TestDatabase;
  let owner: pg.Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    await registerReaders(database);
    owner = new pg.Client({ connectionString: database.owner });
    await owner.connect();
    await owner.query('create table app_public.letters (id int primary key, body text not null)');
  });
  afterAll(async () => {
    await owner.end();
    await database.drop();
  });
  beforeEach(() => owner.query('truncate app_public.letters'));
  const rowsOf = async (text: string) => (await owner.query({ text, rowMode: 'array' })).rows;
  const sessionsLeft = () =>
    rowsOf("select user_id from app_public.sessions where client = 'npm run console'");

  const start = (args: string[], env: Record<string, string>) =>
    spawn(process.execPath, ['src/commands/console.ts', ...args], {
      env: { DATABASE_URL: database.authenticator, DATABASE_OWNER_URL: database.owner, ...env },
    });
  const ask = async (input: string, args: string[] = [], env: Record<string, string> = {}) => {
    const child = start(args, env);
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.stdin.end(input);
    const [code] = await once(child, 'close');
    expect(await sessionsLeft()).toEqual([]);
    return { code, output, errors };
  };

  describe('as the owner', () => {
    it('can show a result as a table, on any number of lines', async () => {
      expect(await ask(`select 1 as one,\n  null as nothing,\n  'a;b' as text;`)).toEqual({
        code: 0,
        output: ' one | nothing | text\n-----+---------+------\n   1 | null    | a;b\n(1 row)\n',
        errors: '',
      });
    });

    it('can do without the last semicolon, and says what was changed', async () => {
      const { output } = await ask(`insert into app_public.letters values (1, 'x'), (2, 'y')`);
      expect(output).toBe('INSERT 2\n');
      expect(await rowsOf('select id from app_public.letters')).toEqual([[1], [2]]);
    });

    it('can run statements one by one, and several in a transaction', async () => {
      const { output } = await ask(`insert into app_public.letters values (1, 'kept');
        begin; insert into app_public.letters values (2, 'x'); rollback;
        begin; insert into app_public.letters values (3, 'kept'); commit;`);
      expect(output.split('\n')).toEqual([
        'INSERT 1',
        'BEGIN',
        'INSERT 1',
        'ROLLBACK',
        'BEGIN',
        'INSERT 1',
        'COMMIT',
        '',
      ]);
      expect(await rowsOf('select id from app_public.letters')).toEqual([[1], [3]]);
    });

    it('can point at a mistake; then the script ends, and what was begun is undone', async () => {
      const { code, output, errors } = await ask(`begin;
        insert into app_public.letters values (1, 'x');
        select *
          from app_public.letters where bodi = 'x';
        commit;`);
      expect(code).toBe(1);
      expect(output).toBe('BEGIN\nINSERT 1\n');
      expect(errors).toBe(
        [
          'ERROR 42703: column "bodi" does not exist',
          "line 2:           from app_public.letters where bodi = 'x'",
          '                                                ^',
          'hint: Perhaps you meant to reference the column "letters.body".',
          '',
        ].join('\n'),
      );
      expect(await rowsOf('select id from app_public.letters')).toEqual([]);
    });
  });

  describe('as a user', () => {
    it('can run under what a request of theirs runs under', async () => {
      const { output } = await ask(
        `select session_user, current_user, username, current_setting('statement_timeout') from app_public.current_user();
         select client from app_public.sessions where id = app_public.current_session_id();`,
        ['--as', 'ada@example.com'],
      );
      expect(output).toMatch(/authenticator +\| webuser +\| ada +\| 5s/);
      expect(output).toContain(' npm run console\n');
    });

    it('cannot see what is not theirs, nor write it', async () => {
      expect(await ask('select email from app_public.user_emails', ['--as', 'ada'])).toMatchObject({
        output: ' email\n-----------------\n ada@example.com\n(1 row)\n',
      });
      expect(await ask('select * from app_private.settings', ['--as', 'ada'])).toMatchObject({
        code: 1,
        errors: expect.stringContaining('ERROR 42501: permission denied for schema app_private'),
      });
    });

    it('cannot pass a gate that is closed to them', async () => {
      await owner.query(
        `update app_public.user_accounts set suspended_at = now() from app_public.users where id = user_id and username = 'bob'`,
      );
      const { code, errors } = await ask('select 1', ['--as', 'bob']);
      await owner.query('update app_public.user_accounts set suspended_at = null');
      expect({ code, errors }).toEqual({
        code: 1,
        errors: expect.stringMatching(/^ERROR RG000: Your session has ended.*\nhint: UNAUTHENTICATED\n/),
      });
    });

    it('cannot go on once the session was ended', async () => {
      const { errors } = await ask('select app_public.logout(); select 1;', ['--as', 'ada']);
      expect(errors).toContain('hint: UNAUTHENTICATED');
    });

    it('can keep rows by a transaction of its own for each statement', async () => {
      await ask(`update app_public.users set name = 'Ada' where username = 'ada'`, ['--as', 'ada']);
      expect(await rowsOf(`select name from app_public.users where username = 'ada'`)).toEqual([['Ada']]);
    });

    it('cannot leave its session behind when it is ended', async () => {
      const child = start(['--as', 'ada'], {});
      await until(async () => (await sessionsLeft()).length === 1);
      child.kill('SIGTERM');
      await once(child, 'close');
      expect(await sessionsLeft()).toEqual([]);
    });

    it('cannot be nobody', async () => {
      expect(await ask('select 1', ['--as', 'nobody'])).toEqual({
        code: 1,
        output: '',
        errors: 'There is no user with the name or the e-mail address nobody.\n',
      });
    });
  });

  describe('as a role', () => {
    it('can be a request without a session', async () => {
      const { output, errors } = await ask('select current_user; select * from app_public.user_emails;', [
        '--role',
        'anonymous',
      ]);
      expect(output).toContain(' anonymous\n');
      expect(errors).toContain('ERROR 42501: permission denied for table user_emails');
    });

    it('can be any other that the server may take, and none that it may not', async () => {
      expect((await ask('select current_user', ['--role', 'webadmin'])).output).toContain(' webadmin\n');
      expect((await ask('select 1', ['--role', 'pg_read_all_data'])).errors).toContain(
        'ERROR 42501: permission denied',
      );
    });
  });

  describe('in production', () => {
    const production = () => ({
      ...PRODUCTION,
      DATABASE_URL: database.authenticator,
      DATABASE_OWNER_URL: database.owner,
    });
    const write = `insert into app_public.letters values (1, 'x');`;

    it.each([
      ['plainly', write],
      ['in a transaction', `begin; ${write}`],
      ['by a function', `do $$ begin ${write} end $$`],
    ])('cannot write without --write, %s', async (_, input) => {
      const { errors } = await ask(input, [], production());
      expect(errors).toContain('ERROR 25006: cannot execute INSERT in a read-only transaction');
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
      expect((await ask(input, [], production())).code).toBe(1);
      expect(await rowsOf('select from app_public.letters')).toEqual([]);
    });

    it('cannot write as a user either, and can read', async () => {
      const rename = `update app_public.users set name = 'X'`;
      for (const args of [
        ['--as', 'ada'],
        ['--role', 'webuser'],
      ])
        expect((await ask(rename, args, production())).errors).toContain('25006');
      const insist = `begin; set transaction read write; ${rename}`;
      expect((await ask(insist, ['--as', 'ada'], production())).errors).toContain('25001');
      expect((await ask('select current_user', ['--as', 'ada'], production())).output).toContain(
        ' webuser\n',
      );
    });

    it('can write with --write', async () => {
      expect((await ask(write, ['--write'], production())).output).toBe('INSERT 1\n');
    });
  });

  describe('what begins with a backslash', () => {
    it('can show tables, columns, policies and grants', async () => {
      const { output } = await ask('\\dt\n\\d app_public.sessions\n\\dp users\n', ['--as', 'ada']);
      expect(output).toMatch(/app_public +\| sessions +\| t +\| 3 +\| Where a user is logged in/);
      expect(output).toMatch(/user_id +\| uuid +\| not null/);
      expect(output).toMatch(/sessions_user_id_fkey +\| FOREIGN KEY/);
      expect(output).toMatch(/app_public.sessions_user_id_idx +\| index using btree/);
      expect(output).toMatch(
        /update_own +\| update +\| webuser +\| \(id = \( SELECT app_public.current_user_id/,
      );
      expect(output).toMatch(/webuser +\| update +\| username, name, avatar_url/);
    });

    it('can go on as somebody else, and end', async () => {
      const { output, code } = await ask(
        'select current_user;\n\\as ada\nselect current_user;\n\\as anonymous\nselect current_user;\n\\q\nselect 1 / 0;',
      );
      expect(output.match(/\w+(?=\n\(1 row\))/g)).toEqual(['rowgate_test_owner', 'webuser', 'anonymous']);
      expect(code).toBe(0);
    });

    it.each([
      ['\\x', 'There is no \\x.'],
      ['\\d', '\\dt          the tables'],
      ['\\d nowhere', 'There is no table nowhere'],
      ['\\as nobody', 'There is no user'],
    ])('cannot be anything: %s', async (line, message) => {
      const { code, errors } = await ask(line);
      expect({ code, errors }).toEqual({ code: 1, errors: expect.stringContaining(message) });
    });
  });

  it('says what is wrong with the arguments, and with a database that is empty', async () => {
    expect((await ask('', ['--as', 'ada', '--role', 'webuser'])).errors).toContain('Either --as or --role.');
    expect((await ask('', ['--to', 'ada'])).errors).toContain('npm run console [-- --as NAME');
  });
});

describe('the history of the prompt', () => {
  it('can be kept, for its owner’s eyes alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rowgate-history-'));
    openHistory(join(folder, 'data')).save(['select 2', 'select 1']);
    expect(openHistory(join(folder, 'data')).lines).toEqual(['select 2', 'select 1']);
    expect((await stat(join(folder, 'data/console-history'))).mode & 0o777).toBe(0o600);
    await rm(folder, { recursive: true });
  });
});

describe('statements', () => {
  it.each([
    [['select 1;'], ['select 1'], ''],
    [['select 1; select 2;'], ['select 1', 'select 2'], ''],
    [['select 1; select', '2;'], ['select 1', 'select\n2'], ''],
    [["select 'a;", "b';"], ["select 'a;\nb'"], ''],
    [['do $$ begin', 'null;', 'end $$;'], ['do $$ begin\nnull;\nend $$'], ''],
    [['-- only; a comment', 'select 1 -- one;'], [], 'select 1 -- one;'],
    [['select 1'], [], 'select 1'],
    [['', ';'], [], ''],
  ])('%j are %j', (lines, complete, rest) => {
    const reader = new StatementReader();
    expect(lines.flatMap((line) => reader.add(line))).toEqual(complete);
    expect(reader.rest()).toBe(rest);
  });
});

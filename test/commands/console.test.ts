import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { until } from '../helpers/until.ts';
import { useConsole } from '../helpers/use-console.ts';

describe('npm run console', () => {
  const { ask, execute, rowsOf, sessionsLeft, sql, start } = useConsole();

  describe('as the owner', () => {
    it('can show a result as a table, on any number of lines', async () => {
      expect(await ask(`select 1 as one,\n  null as nothing,\n  'a;b' as text;`)).toEqual({
        code: 0,
        output: ' one | nothing | text\n-----+---------+------\n   1 | null    | a;b\n(1 row)\n',
        errors: '',
      });
    });

    it('can do without the last semicolon, and says what was changed', async () => {
      const { output } = await execute(
        `insert into app_public.rowgate_test_letters values (1, 'x'), (2, 'y')`,
      );
      expect(output).toBe('INSERT 2\n');
      expect(await rowsOf('select id from app_public.rowgate_test_letters')).toEqual([[1], [2]]);
    });

    it('can run statements one by one, and several in a transaction', async () => {
      const { output } = await execute(`insert into app_public.rowgate_test_letters values (1, 'kept');
        begin; insert into app_public.rowgate_test_letters values (2, 'x'); rollback;
        begin; insert into app_public.rowgate_test_letters values (3, 'kept'); commit;`);
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
      expect(await rowsOf('select id from app_public.rowgate_test_letters')).toEqual([[1], [3]]);
    });

    it('can point at a mistake; then the script ends, and what was begun is undone', async () => {
      const { code, output, errors } = await ask(`begin;
        insert into app_public.rowgate_test_letters values (1, 'x');
        select *
          from app_public.rowgate_test_letters where bodi = 'x';
        commit;`);
      expect(code).toBe(1);
      expect(output).toBe('BEGIN\nINSERT 1\n');
      expect(errors).toBe(
        [
          'ERROR 42703: column "bodi" does not exist',
          "line 2:           from app_public.rowgate_test_letters where bodi = 'x'",
          '                                                             ^',
          'hint: Perhaps you meant to reference the column "rowgate_test_letters.body".',
          '',
        ].join('\n'),
      );
      expect(await rowsOf('select id from app_public.rowgate_test_letters')).toEqual([]);
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
      expect(await execute('select email from app_public.user_emails', { as: 'ada' })).toMatchObject({
        output: ' email\n-----------------\n ada@example.com\n(1 row)\n',
      });
      expect(await ask('select * from app_private.settings', ['--as', 'ada'])).toMatchObject({
        code: 1,
        errors: expect.stringContaining('ERROR 42501: permission denied for schema app_private'),
      });
    });

    it('cannot pass a gate that is closed to them', async () => {
      await sql(
        `update app_public.user_accounts set suspended_at = now() from app_public.users where id = user_id and username = 'bob'`,
      );
      const { code, errors } = await ask('select 1', ['--as', 'bob']);
      await sql('update app_public.user_accounts set suspended_at = null');
      expect({ code, errors }).toEqual({
        code: 1,
        errors: expect.stringMatching(/^ERROR RG000: Your session has ended.*\nhint: UNAUTHENTICATED\n/),
      });
    });

    it('cannot go on once the session was ended', async () => {
      const { errors } = await execute('select app_public.logout(); select 1;', { as: 'ada' });
      expect(errors).toContain('hint: UNAUTHENTICATED');
    });

    it('can keep rows by a transaction of its own for each statement', async () => {
      await execute(`update app_public.users set name = 'Ada' where username = 'ada'`, { as: 'ada' });
      expect(await rowsOf(`select name from app_public.users where username = 'ada'`)).toEqual([['Ada']]);
    });

    it('cannot leave its session behind when it is ended', async () => {
      const child = start(['--as', 'ada']);
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
      expect((await execute('select current_user', { role: 'webadmin' })).output).toContain(' webadmin\n');
      expect((await ask('select 1', ['--role', 'pg_read_all_data'])).errors).toContain(
        'ERROR 42501: permission denied',
      );
    });
  });

  it('says what is wrong with the arguments, and with a database that is empty', async () => {
    expect((await ask('', ['--as', 'ada', '--role', 'webuser'])).errors).toContain('Either --as or --role.');
    expect((await ask('', ['--to', 'ada'])).errors).toContain('npm run console [-- --as NAME');
  });
});

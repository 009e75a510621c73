import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';
import pg from 'pg';
import { describeFailure } from '../../src/console/describe-failure.ts';
import { SqlConsole } from '../../src/console/sql-console.ts';
import { identityOf } from '../../src/console/sql-session.ts';
import { StatementReader } from '../../src/console/statement-reader.ts';
import { registerReaders } from '../docs/register-readers.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

/** `npm run console` on a database of the test file's own, with two users and a table of letters that is empty. */
export function useConsole() {
  let database: TestDatabase;
  let owner: pg.Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    await registerReaders(database);
    owner = new pg.Client({ connectionString: database.owner });
    await owner.connect();
    await owner.query(
      `create table app_public.rowgate_test_letters (id int primary key, body text not null);
       create sequence app_public.rowgate_test_letters_seq;
       create procedure app_public.commit_letters() language plpgsql as 'begin commit; end'`,
    );
  });
  afterAll(async () => {
    await owner.end();
    await database.drop();
  });
  beforeEach(() => owner.query('truncate app_public.rowgate_test_letters'));

  const rowsOf = async (text: string) => (await owner.query({ text, rowMode: 'array' })).rows;
  const sessionsLeft = () =>
    rowsOf("select user_id from app_public.sessions where client = 'npm run console'");
  const urls = () => ({ DATABASE_URL: database.authenticator, DATABASE_OWNER_URL: database.owner });

  /** A process of its own, which waits for input. */
  const start = (args: string[], env: Record<string, string> = {}) =>
    spawn(process.execPath, ['src/commands/console.ts', ...args], { env: { ...env, ...urls() } });

  /** What a process of its own makes of an input. */
  async function ask(input: string, args: string[] = [], env: Record<string, string> = {}) {
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
  }

  /** What is printed for statements up to the first that fails, and how that does: in this process, which is far cheaper. */
  async function execute(input: string, { as = 'owner', role = '', isReadOnly = false } = {}) {
    let output = '';
    const print = (text: string) => {
      output += `${text}\n`;
    };
    const sql = await SqlConsole.open({
      // As where DATABASE_OWNER_URL names a superuser.
      urls: as === 'superuser' ? { ...database, owner: database.root } : database,
      identity: role ? { is: 'role', name: role } : identityOf(as === 'superuser' ? 'owner' : as),
      isReadOnly,
      print,
      width: undefined,
      isColourful: false,
    });
    let statement = '';
    try {
      const reader = new StatementReader();
      for (statement of [...input.split('\n').flatMap((line) => reader.add(line)), reader.rest()])
        if (statement) await sql.execute(statement);
      return { output, errors: '' };
    } catch (error) {
      return { output, errors: describeFailure(error, statement) };
    } finally {
      await sql.close();
      expect(await sessionsLeft()).toEqual([]);
    }
  }

  return {
    rowsOf,
    sessionsLeft,
    start,
    ask,
    execute,
    /** As the owner of the schema. */
    sql: (text: string) => owner.query(text),
  };
}

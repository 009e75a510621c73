import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dumpSchema } from '../../src/database/schema-dump.ts';
import { withClient } from '../../src/database/with-client.ts';
import { DUMPED_SCHEMAS } from '../../src/database/write-schema-dump.ts';
import { addDemo, DEMO_PASSWORD, DEMO_USERS, removeDemo } from '../../src/seed/seed-database.ts';
import { PRODUCTION } from '../helpers/production.ts';
import { useServer } from '../helpers/server.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';
import { policies } from '../policies/policies-command.ts';

describe('npm run seed', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    await withClient(database.owner, (client) =>
      client.query(`select app_public.register('tom', 'tom@example.com', 'password of Tom')`),
    );
  });
  afterAll(() => database.drop());
  const run = (words: string[] = [], environment: Record<string, string> = {}) =>
    new Promise<{ code: unknown; output: string }>((resolve) => {
      const env = {
        DATABASE_URL: database.authenticator,
        DATABASE_OWNER_URL: database.owner,
        ...environment,
      };
      execFile(process.execPath, ['src/commands/seed.ts', ...words], { env }, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, output: stdout + stderr }),
      );
    });
  /** The schema, and how many rows each table has. */
  const state = () =>
    withClient(database.owner, async (client) => {
      const { rows } = await client.query<{ name: string }>(
        `select oid::regclass::text as name from pg_class
         where relkind = 'r' and relnamespace::regnamespace::text ~ '^(app_|graphile_worker)' order by 1`,
      );
      const counts: Record<string, number> = {};
      for (const { name } of rows)
        counts[name] = (await client.query(`select count(*)::integer from ${name}`)).rows[0].count;
      return { dump: await dumpSchema(client, { schemas: DUMPED_SCHEMAS }), counts };
    });

  it('can be repeated, and be taken back without a trace; it sends no mail', async () => {
    const before = await state();
    const first = await run();
    expect(first).toMatchObject({ code: 0, output: expect.stringContaining(DEMO_PASSWORD) });
    for (const name of Object.keys(DEMO_USERS)) expect(first.output).toContain(name);
    const seeded = await state();
    expect(seeded.dump).not.toBe(before.dump);
    const added = Object.entries(seeded.counts).filter(([name, count]) => count !== before.counts[name]);
    expect(Object.fromEntries(added)).toEqual({
      'app_public.users': before.counts['app_public.users']! + 6,
      'app_public.user_accounts': before.counts['app_public.user_accounts']! + 6,
      'app_private.user_secrets': before.counts['app_private.user_secrets']! + 6,
      'app_public.user_emails': before.counts['app_public.user_emails']! + 7,
      'app_public.sessions': before.counts['app_public.sessions']! + 6,
      'app_public.demo_boards': 3,
      'app_public.demo_posts': 4,
      'app_public.demo_comments': 3,
    });

    expect((await run()).code).toBe(0);
    expect(await state()).toEqual(seeded);
    expect((await run(['--remove'])).code).toBe(0);
    expect(await state()).toEqual(before);
    expect((await run(['--remove'])).code).toBe(0);
    expect(await state()).toEqual(before);
  });

  it('can be looked at with the policies’ own tools', async () => {
    await withClient(database.owner, addDemo);
    const { exitCode, output } = await policies(database.authenticator, 'lint');
    expect(output).toContain('Nothing found');
    expect(exitCode).toBe(0);
    await withClient(database.owner, removeDemo);
  });

  it('cannot be run in production, nor unasked against a database elsewhere', async () => {
    const production = await run([], { ...PRODUCTION, DATABASE_OWNER_URL: database.owner });
    expect(production).toMatchObject({ code: 1, output: expect.stringContaining('never in production') });
    const elsewhere = { DATABASE_OWNER_URL: 'postgres://rowgate_owner@db.invalid/rowgate' };
    expect(await run([], elsewhere)).toMatchObject({ code: 1, output: expect.stringContaining('--remote') });
    expect(await run(['--remove'], elsewhere)).toMatchObject({ code: 1 });
  });

  it('cannot take the name of somebody who is there', async () => {
    await withClient(database.owner, async (client) => {
      await client.query(`update app_public.users set username = 'demo-ada' where username = 'tom'`);
      const before = await state();
      await expect(addDemo(client)).rejects.toMatchObject({ name: 'StartError', code: 'NAME_TAKEN' });
      expect(await state()).toEqual(before);
      await client.query(`update app_public.users set username = 'tom' where username = 'demo-ada'`);
    });
  });
});

describe('the demo', () => {
  let seed: Promise<void> | undefined;
  const server = useServer();
  beforeAll(() => {
    seed ??= withClient(server.database.owner, addDemo);
    return seed;
  });

  it('can be logged in to with the one password', async () => {
    for (const name of Object.keys(DEMO_USERS)) {
      const { code, data } = await server.client().login(name, DEMO_PASSWORD);
      if (name === 'demo-eve') expect(code).toBe('ACCOUNT_SUSPENDED');
      else expect(data.login.result.user.username).toBe(name);
    }
  });

  it('can show a user public boards and their own, and nobody else’s', async () => {
    await withClient(server.database.authenticator, async (client) => {
      const boardsOf = async (name: string) => {
        const [session] = await server.sql<{ id: string }>(
          `select sessions.id from app_public.sessions join app_public.users on users.id = user_id where username = $1`,
          [name],
        );
        await client.query('begin');
        await client.query(
          `select set_config('role', r.role, true), set_config('app.user_id', r.user_id::text, true)
           from app_private.resolve_session($1) r`,
          [session!.id],
        );
        const { rows } = await client.query('select title from app_public.demo_boards order by title');
        await client.query('rollback');
        return rows.map(({ title }) => title);
      };
      expect(await boardsOf('demo-ben')).toEqual(["Ben's notes", 'Bread', 'Walks around the lake']);
      expect(await boardsOf('demo-chloe')).toEqual(['Bread', 'Walks around the lake']);
    });
  });
});

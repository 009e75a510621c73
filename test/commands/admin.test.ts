import { execFile } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { changeRole } from '../../src/database/change-role.ts';
import { withParts } from '../../src/database/urls.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';

describe('npm run admin', () => {
  let database: TestDatabase;
  let owner: pg.Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    owner = new pg.Client({ connectionString: database.owner });
    await owner.connect();
  });
  afterAll(async () => {
    await owner.end();
    await database.drop();
  });
  beforeEach(async () => {
    await owner.query('delete from app_public.users');
    for (const name of ['ada', 'bob'])
      await owner.query('select app_public.register($1, $2, $3)', [
        name,
        `${name}@example.com`,
        `password of ${name}`,
      ]);
    await owner.query(`update app_public.user_emails set is_verified = true where email = 'ada@example.com'`);
    await owner.query('delete from graphile_worker._private_jobs');
  });
  const administrators = async () =>
    (
      await owner.query(
        `select username::text from app_public.users join app_public.user_accounts on user_id = id
         where role = 'administrator' order by username`,
      )
    ).rows.map(({ username }) => username as string);
  const notices = async () =>
    (await owner.query('select payload from graphile_worker._private_jobs')).rows.map(
      ({ payload }) => payload,
    );
  const events = async () =>
    (
      await owner.query(
        `select action, username::text, actor_id, details from app_public.audit_events
         join app_public.users on users.id = user_id where action = 'role_changed' order by audit_events.id`,
      )
    ).rows;
  const expectRefused = async (change: Promise<unknown>, code: string) => {
    await expect(change).rejects.toMatchObject({ name: 'StartError', code });
  };

  it.each(['ada@example.com', ' ADA@Example.com ', 'ada', 'Ada'])('can grant by %j', async (name) => {
    expect(await changeRole(owner, name, 'administrator')).toEqual({ username: 'ada', hasChanged: true });
    expect(await administrators()).toEqual(['ada']);
    expect(await events()).toEqual([
      { action: 'role_changed', username: 'ada', actor_id: null, details: { role: 'administrator' } },
    ]);
    expect(await notices()).toEqual([
      {
        kind: 'role_changed',
        to: 'ada@example.com',
        userId: expect.any(String),
        username: 'ada',
        details: { role: 'administrator' },
      },
    ]);
  });

  it('can be repeated, which changes and tells nothing', async () => {
    await changeRole(owner, 'ada', 'administrator');
    expect(await changeRole(owner, 'ada', 'administrator')).toEqual({ username: 'ada', hasChanged: false });
    expect(await changeRole(owner, 'bob', 'user')).toEqual({ username: 'bob', hasChanged: false });
    expect(await events()).toHaveLength(1);
    expect(await notices()).toHaveLength(1);
  });

  it('can revoke, but not from the last', async () => {
    for (const name of ['ada', 'bob']) await changeRole(owner, name, 'administrator');
    await changeRole(owner, 'ada@example.com', 'user');
    expect(await administrators()).toEqual(['bob']);
    await expectRefused(changeRole(owner, 'bob', 'user'), 'LAST_ADMINISTRATOR');
    expect(await administrators()).toEqual(['bob']);
  });

  it('cannot grant to nobody, to an unverified address, or to one who is suspended', async () => {
    await expectRefused(changeRole(owner, 'nobody@example.com', 'administrator'), 'NOT_FOUND');
    await expectRefused(changeRole(owner, 'bob@example.com', 'administrator'), 'EMAIL_NOT_VERIFIED');
    await owner.query('update app_public.user_accounts set suspended_at = now()');
    await expectRefused(changeRole(owner, 'ada', 'administrator'), 'ACCOUNT_SUSPENDED');
    expect(await administrators()).toEqual([]);
    expect(await events()).toEqual([]);
  });

  it('can grant to who has verified an address, whoever else claims it', async () => {
    await owner.query(
      `insert into app_public.user_emails (user_id, email) select id, 'ada@example.com' from app_public.users where username = 'bob'`,
    );
    expect(await changeRole(owner, 'ada@example.com', 'administrator')).toMatchObject({ username: 'ada' });
  });

  it.each(['ad\u0430', '\u00e0da', 'ada@examp\u217ce.org', 'ada@exampl\u0435.com', '\u212aim', 'k\u0131m'])(
    'cannot grant by %j to an account with another name',
    async (twin) => {
      await owner.query(`select app_public.register('kim', 'kim@example.com', 'password of kim')`);
      await expectRefused(changeRole(owner, twin, 'administrator'), 'NOT_FOUND');
      expect(await administrators()).toEqual([]);
    },
  );

  it('can grant by an address of another alphabet', async () => {
    await owner.query(
      `insert into app_public.user_emails (user_id, email, is_verified)
       select id, 'ada@xn--bcher-kva.example', true from app_public.users where username = 'ada'`,
    );
    expect(await changeRole(owner, 'ada@Bücher.example', 'administrator')).toMatchObject({ username: 'ada' });
  });

  it('says what to do where the database is empty', async () => {
    const client = new pg.Client({ connectionString: withParts(database.root, { database: 'postgres' }) });
    await client.connect();
    await expectRefused(changeRole(client, 'ada', 'administrator'), 'NOT_MIGRATED');
    await client.end();
  });

  describe('at the terminal', () => {
    const run = (...words: string[]) =>
      new Promise<{ code: unknown; output: string }>((resolve) => {
        const env = { DATABASE_URL: database.authenticator, DATABASE_OWNER_URL: database.owner };
        execFile(process.execPath, ['src/commands/admin.ts', ...words], { env }, (error, stdout, stderr) =>
          resolve({ code: error?.code ?? 0, output: stdout + stderr }),
        );
      });

    it('says what it has done, and ends with 0', async () => {
      expect(await run('grant', 'ada@example.com')).toEqual({
        code: 0,
        output: '✓ ada is now an administrator, from the next request on.\n',
      });
      expect(await administrators()).toEqual(['ada']);
    });

    it('says what is wrong in one sentence, and ends with 1', async () => {
      const [usage, unknown] = await Promise.all([run('promote', 'ada'), run('grant', 'nobody@example.com')]);
      expect(usage).toEqual({
        code: 1,
        output: expect.stringMatching(/^Say who: npm run admin -- grant EMAIL/),
      });
      expect(unknown).toEqual({
        code: 1,
        output: 'No account has the user name or e-mail address nobody@example.com.\n',
      });
    });
  });
});

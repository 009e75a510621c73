import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { withClient } from '../../src/database/with-client.ts';
import { liftLimits } from '../helpers/lift-limits.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';

const REGISTER = 'select id from app_public.register($1, $2, $3)';
const LOGIN = 'select id from app_public.login($1, $2)';
const PASSWORD = 'a password of ada';

/** What cannot be shown in a transaction that is rolled back: requests at the same time, each on its own connection. */
describe('requests at the same time', () => {
  let database: TestDatabase;
  let idle: pg.Client[];
  beforeAll(async () => {
    database = await createTestDatabase();
    await liftLimits(database);
    idle = Array.from({ length: 50 }, () => new pg.Client({ connectionString: database.authenticator }));
    await Promise.all(idle.map((client) => client.connect()));
  });
  afterAll(async () => {
    await Promise.all(idle.map((client) => client.end()));
    await database.drop();
  });

  /** One request: a transaction of its own. The first column, or the error's SQLSTATE and hint or constraint. */
  async function request(sessionId: string | null, text: string, values: unknown[]): Promise<string | null> {
    const client = idle.pop() as pg.Client;
    try {
      await client.query('begin');
      await client.query(
        `select set_config('role', r.role, true), set_config('app.user_id', coalesce(r.user_id::text, ''), true),
           set_config('app.session_id', coalesce($1::text, ''), true)
         from app_private.resolve_session($1::uuid) r`,
        [sessionId],
      );
      const { rows } = await client.query({ text, values, rowMode: 'array' });
      await client.query('commit');
      return rows[0]?.[0] ?? null;
    } catch (error) {
      await client.query('rollback');
      const { code, hint, constraint } = error as pg.DatabaseError;
      return `${code} ${hint ?? constraint}`;
    } finally {
      idle.push(client);
    }
  }
  const atOnce = (times: number, send: (index: number) => Promise<string | null>) =>
    Promise.all(Array.from({ length: times }, (_, index) => send(index)));
  const count = (answers: (string | null)[], answer: string | null) =>
    answers.filter((given) => given === answer).length;
  const ask = async (question: string, values: unknown[] = []) =>
    withClient(database.owner, async (owner) => (await owner.query(question, values)).rows[0]);
  const failuresOf = async (name: string) =>
    (
      await ask(
        'select failures from app_private.login_attempts where login_name_key = app_private.login_name_key($1)',
        [name],
      )
    )?.failures;

  it('count as 50 guesses when there are 50: at most 5 are judged', async () => {
    await request(null, REGISTER, ['ada', 'ada@example.com', PASSWORD]);
    const answers = await atOnce(50, () => request(null, LOGIN, ['ada', 'wrong']));
    expect(count(answers, null)).toBe(5);
    expect(count(answers, 'RG000 TOO_MANY_ATTEMPTS')).toBe(45);
    expect(await failuresOf('ada')).toBe(5);
    expect(await request(null, LOGIN, ['ada', PASSWORD])).toBe('RG000 TOO_MANY_ATTEMPTS');
  });

  it('count as 50 guesses for a name that nobody has, written in many ways', async () => {
    const spellings = ['nobody', 'NOBODY', ' nobody', 'Nobody ', 'noBody'];
    const answers = await atOnce(50, (index) => request(null, LOGIN, [spellings[index % 5], 'wrong']));
    expect(count(answers, null)).toBe(5);
    expect(count(answers, 'RG000 TOO_MANY_ATTEMPTS')).toBe(45);
    expect(await failuresOf('nobody')).toBe(5);
  });

  it('count all the same when they come through sessions and by way of different functions', async () => {
    await request(null, REGISTER, ['bob', 'bob@example.com', PASSWORD]);
    const sessionId = await request(null, LOGIN, ['bob', PASSWORD]);
    const answers = await atOnce(30, (index) =>
      index % 3 === 0
        ? request(null, LOGIN, ['bob', 'wrong'])
        : index % 3 === 1
          ? request(sessionId, 'select app_public.reauthenticate($1)', ['wrong'])
          : request(sessionId, 'select app_public.change_password($1, $2)', ['wrong', 'another password']),
    );
    // 5 at login, and 5 through sessions.
    expect(count(answers, null)).toBe(10);
    expect(count(answers, 'RG000 TOO_MANY_ATTEMPTS')).toBe(20);
    expect(await failuresOf('bob')).toBe(5);
  });

  it('can all log in when all know the password, each to a session of its own', async () => {
    await request(null, REGISTER, ['carol', 'carol@example.com', PASSWORD]);
    const sessions = await atOnce(20, () => request(null, LOGIN, ['carol', PASSWORD]));
    expect(new Set(sessions).size).toBe(20);
    for (const session of sessions) expect(session).toMatch(/^[0-9a-f-]{36}$/);
    expect(await failuresOf('carol')).toBeUndefined();
  });

  it('make one user of 20 identical registrations, and 19 clean refusals', async () => {
    const answers = await atOnce(20, () => request(null, REGISTER, ['dora', 'dora@example.com', PASSWORD]));
    expect(count(answers, '23505 users_username_key')).toBe(19);
    const { users, emails, sessions, secrets } = await ask(
      `select count(*)::int as users,
         (select count(*)::int from app_public.user_emails where email = 'dora@example.com') as emails,
         (select count(*)::int from app_public.sessions where user_id = any (array_agg(users.id))) as sessions,
         (select count(*)::int from app_private.user_secrets where user_id = any (array_agg(users.id))) as secrets
       from app_public.users where username = 'dora'`,
    );
    expect({ users, emails, sessions, secrets }).toEqual({ users: 1, emails: 1, sessions: 1, secrets: 1 });
  });

  it('make one user of registrations that differ in the case of the name', async () => {
    const answers = await atOnce(8, (index) =>
      request(null, REGISTER, [index % 2 ? 'erin' : 'ERIN', `erin${index}@example.com`, PASSWORD]),
    );
    expect(count(answers, '23505 users_username_key')).toBe(7);
  });

  it('can all change the password they know; the last one holds', async () => {
    const sessionId = await request(null, REGISTER, ['fay', 'fay@example.com', PASSWORD]);
    const answers = await atOnce(4, (index) =>
      request(sessionId, 'select app_public.change_password($1, $2)', [PASSWORD, `new password ${index}`]),
    );
    // The first to be judged changes it, so the others no longer know it.
    expect(count(answers, null)).toBe(3);
    await ask('delete from app_private.login_attempts');
    const logins = await atOnce(4, (index) => request(null, LOGIN, ['fay', `new password ${index}`]));
    expect(logins.filter((login) => login?.match(/^[0-9a-f-]{36}$/))).toHaveLength(1);
  });
});

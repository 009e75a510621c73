import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

/** Somebody who sends SQL, as a request of theirs would. */
export type Actor = {
  query<R extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<pg.QueryResult<R>>;
  /** The first column of the first row; undefined without a row. */
  value<T>(text: string, values?: unknown[]): Promise<T>;
};
export type User = Actor & {
  id: string;
  sessionId: string;
  username: string;
  email: string;
  password: string;
};

/** What the server sends before the work of a request; the same statement in its essentials. */
const PROLOGUE = `select set_config('role', r.role, true),
  set_config('app.user_id', coalesce(r.user_id::text, ''), true),
  set_config('app.session_id', coalesce($1::text, ''), true),
  set_config('app.request', '{"address": "192.0.2.1", "client": "jest"}', true)
from app_private.resolve_session($1::uuid) r`;

/**
 * A clone of the database for the test file, and a transaction for each test that is rolled back after it. Every
 * statement of an actor runs under a savepoint, so a refused one does not end the test.
 */
export function useDatabase() {
  let database: TestDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.root });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });
  beforeEach(() => client.query('begin'));
  afterEach(() => client.query('rollback'));

  async function run(prepare: () => Promise<unknown>, text: string, values: unknown[]) {
    await client.query('savepoint statement');
    try {
      await prepare();
      const result = await client.query(text, values);
      await client.query('set local session authorization default');
      await client.query(
        `select set_config('app.user_id', '', true), set_config('app.session_id', '', true)`,
      );
      await client.query('release savepoint statement');
      return result;
    } catch (error) {
      await client.query('rollback to savepoint statement');
      throw error;
    }
  }

  const makeActor = (prepare: () => Promise<unknown>): Actor => ({
    query: (text, values = []) => run(prepare, text, values),
    value: async <T>(text: string, values: unknown[] = []) => {
      const { rows } = await run(prepare, text, values);
      return Object.values(rows[0] ?? {})[0] as T;
    },
  });

  /** `injected` is SQL that gets in between the prologue and the statement, as an injection would. */
  const bySession = (sessionId: string | null, injected?: string): Actor =>
    makeActor(async () => {
      await client.query('set local session authorization authenticator');
      await client.query(PROLOGUE, [sessionId]);
      if (injected) await client.query(injected);
    });

  const anonymous = bySession(null);
  const owner = makeActor(() => client.query('set local session authorization rowgate_test_owner'));
  const authenticator = makeActor(() => client.query('set local session authorization authenticator'));

  /** Registers an account and logs in as it. */
  async function createUser(username = `user-${randomBytes(4).toString('hex')}`): Promise<User> {
    const account = { username, email: `${username}@example.com`, password: `password of ${username}` };
    const { rows } = await anonymous.query<{ id: string; user_id: string }>(
      'select id, user_id from app_public.register($1, $2, $3)',
      [account.username, account.email, account.password],
    );
    const { id: sessionId, user_id: id } = rows[0]!;
    return { ...account, id, sessionId, ...bySession(sessionId) };
  }

  /** Logs in to the same account once more: another session of the same user. */
  async function logIn(user: User): Promise<User> {
    const sessionId = await anonymous.value<string>('select id from app_public.login($1, $2)', [
      user.username,
      user.password,
    ]);
    return { ...user, sessionId, ...bySession(sessionId) };
  }

  async function createAdministrator(username?: string): Promise<User> {
    const user = await createUser(username);
    await owner.query(`update app_public.user_accounts set role = 'administrator' where user_id = $1`, [
      user.id,
    ]);
    return user;
  }

  return {
    /** Without a session. */
    anonymous,
    /** The owner of the schema, for whom no policy holds: prepares and looks. */
    owner,
    /** What the server logs in as, before a session gives it a role. */
    authenticator,
    bySession,
    createUser,
    createAdministrator,
    logIn,
  };
}

/** Expects a refusal for want of a grant, or by a policy's `with check`. */
export async function expectDenied(statement: Promise<unknown>): Promise<void> {
  await expect(statement).rejects.toMatchObject({ code: '42501' });
}

/** Expects a statement that is allowed and finds no row, because a policy hides it: not to read, not to write. */
export async function expectInvisible(statement: Promise<pg.QueryResult>): Promise<void> {
  await expect(statement).resolves.toMatchObject({ rowCount: 0 });
}

/** Expects a refusal by the constraint of this name. */
export async function expectViolation(statement: Promise<unknown>, constraint: string): Promise<void> {
  await expect(statement).rejects.toMatchObject({ code: expect.stringMatching(/^23/), constraint });
}

/** Expects an error that our own SQL raises for clients. */
export async function expectCode(statement: Promise<unknown>, code: string): Promise<void> {
  await expect(statement).rejects.toMatchObject({ code: 'RG000', hint: code });
}

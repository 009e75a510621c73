import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import pg from 'pg';
import { parseDatabaseUrl } from '../../src/database/urls.ts';
import { createTestDatabase, type TestDatabase } from '../../test/helpers/test-database.ts';
import { type Actor, type Become, becomeNobody, becomeRole, becomeSession, type User } from './actor.ts';
import type { Mail } from './deliver-mails.ts';
import { insertRow, type Row } from './insert-row.ts';
import { jobsAdded } from './jobs.ts';
import { TestTransaction } from './test-transaction.ts';

export type KitDatabase = ReturnType<typeof useDatabase>;

/**
 * A clone of the database for the test file, and a transaction for each test that is rolled back after it. Every
 * statement of an actor runs under a savepoint, so a refused one does not end the test.
 *
 * @param create makes the database; by default a clone of the migrated template
 */
export function useDatabase(create: () => Promise<TestDatabase> = createTestDatabase) {
  let database: TestDatabase;
  let client: pg.Client;
  let transaction: TestTransaction;
  let known = new Map<string, Promise<User>>();

  beforeAll(async () => {
    database = await create();
    client = new pg.Client({ connectionString: database.root });
    await client.connect();
    transaction = new TestTransaction(client);
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });
  beforeEach(async () => {
    known = new Map();
    await transaction.begin();
  });
  afterEach(() => transaction.rollback());

  // Actors may be made before there is a transaction.
  const actor = (become: Become): Actor => ({
    query: (text, values) => transaction.actor(become).query(text, values),
    value: (text, values) => transaction.actor(become).value(text, values),
  });
  /** `injected` is SQL that gets in between the prologue and the statement, as an injection would. */
  const bySession = (sessionId: string | null, injected?: string): Actor =>
    actor(becomeSession(sessionId, injected));
  const anonymous = bySession(null);
  const becomeOwner: Become = (connection) => becomeRole(parseDatabaseUrl(database.owner).user)(connection);
  const owner = actor(becomeOwner);

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

  /** One account for each name and test, made when it is first asked for. */
  function remember(name: string, create: () => Promise<User>): Promise<User> {
    const user = known.get(name) ?? create();
    known.set(name, user);
    return user;
  }

  return {
    /** Without a session. */
    anonymous,
    asAnonymous: () => anonymous,
    /** The owner of the schema, for whom no policy holds: prepares and looks. */
    owner,
    asOwner: () => owner,
    /** What the server logs in as, before a session gives it a role. */
    authenticator: actor(becomeRole('authenticator')),
    /** A superuser. */
    root: actor(becomeNobody),
    bySession,
    /** Any role, with the settings its policies read: for a schema with another idea of a session. */
    as: (role: string, settings: Record<string, string> = {}): Actor => actor(becomeRole(role, settings)),
    createUser,
    createAdministrator,
    logIn,
    /** The user of this name, registered at the first call in a test. */
    asUser: (username = 'user') => remember(username, () => createUser(username)),
    /** The administrator of this name, registered at the first call in a test. */
    asAdmin: (username = 'admin') => remember(username, () => createAdministrator(username)),
    /** Inserts a row and returns it; what is required and not given is filled in, rows it refers to included. */
    insertRow: <R extends Row = Row>(
      table: string,
      overrides: Row = {},
      references: Record<string, string> = {},
    ) => transaction.as(becomeNobody, (connection) => insertRow<R>(connection, table, overrides, references)),
    /** The jobs that this test has added, in order; of one task if named. */
    jobs: (task?: string) => transaction.as(becomeNobody, (connection) => jobsAdded(connection, task)),
    /** The mails that this test's jobs send: the worker's real tasks run as the owner, each job once. */
    mails: async (): Promise<Mail[]> => {
      // Loaded when asked for: most test files have nothing to do with the worker.
      const { deliverMails } = await import('./deliver-mails.ts');
      return transaction.as(becomeOwner, deliverMails);
    },
    /** The transaction of the running test. */
    get transaction() {
      return transaction;
    },
    /** Where the clone is; rows of the running test are not visible from another connection. */
    get database() {
      return database;
    },
  };
}

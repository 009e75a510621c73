import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import pg from 'pg';
import { becomeSession } from '../../policies/kit/actor.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

/** A statement of a request, and the session that it runs under; null for none. */
export type ParallelRequest = { sessionId: string | null; statement: string; values: unknown[] };

/** Two connections to a clone of the file's own, for what only happens between transactions; nothing is rolled back. */
export function useParallelRequests() {
  let database: TestDatabase;
  let clients: pg.Client[];
  let owner: pg.Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    const connect = async (connectionString: string) => {
      const client = new pg.Client({ connectionString });
      await client.connect();
      return client;
    };
    clients = [await connect(database.root), await connect(database.root)];
    owner = await connect(database.owner);
  });
  afterAll(async () => {
    await Promise.all([...clients, owner].map((client) => client.end()));
    await database.drop();
  });

  const isWaiting = async (client: pg.Client) => {
    const { rows } = await owner.query('select pg_blocking_pids($1) as pids', [
      (client as unknown as { processID: number }).processID,
    ]);
    return rows[0].pids.length > 0;
  };

  return {
    get owner() {
      return owner;
    },

    async createUser() {
      const username = `user-${randomBytes(4).toString('hex')}`;
      const { rows } = await owner.query<{ id: string; user_id: string }>(
        'select id, user_id from app_public.register($1, $2, $3)',
        [username, `${username}@example.com`, `password of ${username}`],
      );
      return { id: rows[0]!.user_id, sessionId: rows[0]!.id, email: `${username}@example.com` };
    },

    /**
     * Runs two statements, each as a request of a session. The first commits only when the second waits for it, or has
     * ended without waiting. Returns how both ended: `done`, or the code of the failure.
     */
    async race(requests: [ParallelRequest, ParallelRequest]): Promise<[string, string]> {
      const [first, second] = clients as [pg.Client, pg.Client];
      for (const [index, client] of [first, second].entries()) {
        await client.query('begin');
        await becomeSession(requests[index]!.sessionId)(client);
      }
      const finish = async (client: pg.Client, error?: { hint?: string; code?: string }) => {
        await client.query(error ? 'rollback' : 'commit');
        return error ? (error.hint ?? error.code ?? 'failed') : 'done';
      };
      const early = await first.query(requests[0].statement, requests[0].values).then(
        () => undefined,
        (error) => error,
      );
      let isSettled = false;
      const late = second
        .query(requests[1].statement, requests[1].values)
        .then(
          () => undefined,
          (error) => error,
        )
        .finally(() => {
          isSettled = true;
        });
      while (!isSettled && !(await isWaiting(second))) await new Promise(setImmediate);
      return [await finish(first, early), await finish(second, await late)];
    },
  };
}

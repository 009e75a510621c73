import { afterAll, beforeAll } from '@jest/globals';
import pg from 'pg';
import { becomeRole, becomeSession } from '../../policies/kit/actor.ts';
import { parseDatabaseUrl } from '../../src/database/urls.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

/** One statement in a transaction of its own: of a session, of an anonymous client (null), or of the worker. */
export type Step = { by: string | null | 'worker'; sql: string; values?: unknown[] };
/** The first column of the first row, or the failure: our own code, or PostgreSQL's. */
export type Outcome = { value?: unknown; failure?: string };

/**
 * In which order two transactions meet. Both sessions are judged before either statement runs.
 * - `waits`: the first has run and is not committed when the second runs; it commits once the second waits, or has ended.
 * - `follows`: the first is committed before the second runs.
 */
export const SCHEDULES = ['waits', 'follows'] as const;
export type Schedule = (typeof SCHEDULES)[number];

/** Two connections to a database of the file's own, whose transactions meet in an order that is forced, not awaited. */
export function useInterleaving() {
  let database: TestDatabase;
  let clients: [pg.Client, pg.Client];
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

  async function begin(client: pg.Client, { by }: Step): Promise<void> {
    await client.query('begin');
    const become = by === 'worker' ? becomeRole(parseDatabaseUrl(database.owner).user) : becomeSession(by);
    await become(client);
  }
  const run = (client: pg.Client, { sql, values }: Step): Promise<Outcome> =>
    client.query({ text: sql, values: values ?? [], rowMode: 'array' }).then(
      ({ rows }) => ({ value: rows[0]?.[0] }),
      ({ hint, code }) => ({ failure: hint ?? code }),
    );
  const end = (client: pg.Client, { failure }: Outcome) => client.query(failure ? 'rollback' : 'commit');
  async function isWaiting(client: pg.Client): Promise<boolean> {
    const { processID } = client as unknown as { processID: number };
    const { rows } = await owner.query('select cardinality(pg_blocking_pids($1)) > 0 as waits', [processID]);
    return rows[0].waits;
  }

  return {
    sql: async <R extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
      (await owner.query<R>(text, values)).rows,

    async interleave(schedule: Schedule, first: Step, second: Step): Promise<[Outcome, Outcome]> {
      const [one, other] = clients;
      await begin(one, first);
      await begin(other, second);
      const early = await run(one, first);
      if (schedule === 'follows') await end(one, early);
      let isSettled = false;
      const pending = run(other, second).finally(() => {
        isSettled = true;
      });
      while (!isSettled && !(await isWaiting(other))) await new Promise(setImmediate);
      if (schedule === 'waits') await end(one, early);
      const late = await pending;
      await end(other, late);
      return [early, late];
    },
  };
}

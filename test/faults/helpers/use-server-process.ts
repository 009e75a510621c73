import { afterAll, beforeAll } from '@jest/globals';
import pg from 'pg';
import { withClient } from '../../../src/database/with-client.ts';
import { liftLimits } from '../../helpers/lift-limits.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/test-database.ts';
import { NOTES } from './notes.ts';
import { type ServerProcess, startServerProcess } from './start-server-process.ts';

/**
 * A server as a process of its own, on a clone of the test file's own that has the table of notes.
 *
 * @param sqlAsOwner runs as the owner of the schema before the server reads it
 * @param waitsForLocks the database's own limits are lifted, so that none of them ends what waits for a lock
 */
export function useServerProcess(
  environment: Record<string, string> = {},
  { waitsForLocks = false, sqlAsOwner = '' } = {},
) {
  let database: TestDatabase;
  let owner: pg.Pool;
  let server: ServerProcess;

  beforeAll(async () => {
    database = await createTestDatabase();
    await withClient(database.owner, (client) => client.query(`${NOTES}${sqlAsOwner}`));
    if (waitsForLocks) await liftLimits(database);
    owner = new pg.Pool({ connectionString: database.owner, max: 3 });
    owner.on('error', () => {});
    server = await startServerProcess(database, environment);
  });
  afterAll(async () => {
    await server.end('SIGKILL');
    await owner.end();
    await database.drop();
  });

  const sql = async <R extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
    (await owner.query<R>(text, values)).rows;

  return {
    get process() {
      return server;
    },
    get database() {
      return database;
    },
    client: (headers: Record<string, string> = {}) => server.client(headers),
    /** Looks into the database, or changes it, as its owner. */
    sql,
    /** Locks the table of notes until the returned function is called. */
    async lockNotes(): Promise<() => Promise<void>> {
      const client = new pg.Client({ connectionString: database.owner });
      client.on('error', () => {}); // a test that failed leaves it to the drop of the database
      await client.connect();
      await client.query('begin; lock table app_public.rowgate_test_notes in access exclusive mode');
      return () => client.end();
    },
    /** What the server's connections wait for or work on at this moment; only a superuser sees that. */
    busy: () =>
      withClient(database.root, async (client) => {
        const { rows } = await client.query<{ state: string; query: string }>(
          `select state, query from pg_stat_activity
           where datname = current_database() and application_name like 'rowgate-%' and state <> 'idle'`,
        );
        return rows;
      }),
  };
}

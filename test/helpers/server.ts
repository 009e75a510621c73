import { afterAll, beforeAll } from '@jest/globals';
import pg from 'pg';
import type { Config } from '../../src/config.ts';
import { makeLogger } from '../../src/logger.ts';
import { makePools } from '../../src/pools.ts';
import { makeServer, type RowgateServer } from '../../src/server.ts';
import { HttpClient } from './http-client.ts';
import { testConfig } from './test-config.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

/** A server of the test file's own on a database of its own; the real thing, built without listening. */
export function useServer(environment: Record<string, string> = {}) {
  let server: RowgateServer;
  let database: TestDatabase;
  let owner: pg.Pool;
  let stop: () => Promise<void>;
  const config: Config = testConfig(environment);

  beforeAll(async () => {
    database = await createTestDatabase();
    owner = new pg.Pool({ connectionString: database.owner, max: 2 });
    const logger = makeLogger(config);
    const pools = makePools(database.authenticator, logger);
    server = await makeServer({ config, pools, logger });
    server.httpServer.listen(0, '127.0.0.1');
    stop = async () => {
      await new Promise((resolve) => {
        server.httpServer.close(resolve);
        server.httpServer.closeAllConnections();
      });
      await server.release();
      await pools.end();
      await owner.end();
      await database.drop();
    };
  });
  afterAll(() => stop());

  return {
    config,
    /** A new client, with an empty cookie jar. */
    client: () => new HttpClient(server.httpServer),
    /** Looks into the database, or changes it, as its owner. */
    sql: async <R extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
      (await owner.query<R>(text, values)).rows,
    get httpServer() {
      return server.httpServer;
    },
    get database() {
      return database;
    },
  };
}

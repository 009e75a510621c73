import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import type { GraphQLSchema } from 'graphql';
import pg from 'pg';
import { listen } from '../../../src/listen.ts';
import { makeLogger } from '../../../src/logger.ts';
import { makePools } from '../../../src/pools.ts';
import { makeServer } from '../../../src/server.ts';
import { startWorker } from '../../../worker/start-worker.ts';
import { freePort } from '../../helpers/free-port.ts';
import { testConfig } from '../../helpers/test-config.ts';
import { createTestDatabase } from '../../helpers/test-database.ts';

type Options = {
  /** Settings beside those of every test. */
  environment?: Record<string, string>;
  /** Runs as the owner of the schema before the server reads it. */
  sqlAsOwner?: string;
};

/** Server and worker as `npm start` runs them, for a test file: on a port, a database and a mail inbox of its own. */
export function useRunningServer({ environment = {}, sqlAsOwner }: Options = {}) {
  const undo: Array<() => Promise<unknown>> = [];
  let url: string;
  let owner: pg.Pool;
  let schema: () => Promise<GraphQLSchema>;

  beforeAll(async () => {
    const database = await createTestDatabase();
    undo.push(() => database.drop());
    const dataDir = await mkdtemp(join(tmpdir(), 'rowgate-e2e-'));
    undo.push(() => rm(dataDir, { recursive: true }));
    owner = new pg.Pool({ connectionString: database.owner, max: 1 });
    // A connection that is still saying goodbye when the database is dropped has lost nothing.
    owner.on('error', () => {});
    undo.push(() => owner.end());
    if (sqlAsOwner) await owner.query(sqlAsOwner);

    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const config = testConfig({ PORT: String(port), ROOT_URL: url, DATA_DIR: dataDir, ...environment });
    const logger = makeLogger(config);
    const pools = makePools(database.authenticator, logger);
    undo.push(() => pools.end());
    const server = await makeServer({ config, pools, logger }, { ownerUrl: database.owner });
    undo.push(() => server.release());
    schema = () => server.schema();
    const { close } = await listen(server.httpServer, config);
    undo.push(() => {
      server.httpServer.closeAllConnections();
      return close();
    });
    const worker = await startWorker({ config, logger, connectionString: database.owner });
    undo.push(() => worker.stop());
  });
  afterAll(async () => {
    for (const step of undo.reverse()) await step();
  });

  return {
    get url() {
      return url;
    },
    /** What clients can ask for. */
    schema: () => schema(),
    /** Looks into the database as its owner. */
    sql: async <R extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
      (await owner.query<R>(text, values)).rows,
  };
}

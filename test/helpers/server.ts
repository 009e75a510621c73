import { once } from 'node:events';
import { afterAll, beforeAll, expect } from '@jest/globals';
import pg from 'pg';
import type { DestinationStream } from 'pino';
import type { Config } from '../../src/config.ts';
import { withClient } from '../../src/database/with-client.ts';
import { makeLogger } from '../../src/logger.ts';
import { makePools } from '../../src/pools.ts';
import { makeServer, type RowgateServer } from '../../src/server.ts';
import { type Undo, undoAll } from '../../src/stop-on-signals.ts';
import { contentsOf } from './contents-of.ts';
import { HttpClient } from './http-client.ts';
import { liftLimits } from './lift-limits.ts';
import { makeRoom } from './make-room.ts';
import { redisEntries } from './redis-entries.ts';
import { testConfig } from './test-config.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';
import { startWireLog, type WireLog } from './wire-log.ts';

type Options = {
  /** Runs as the owner of the schema before the server reads it. */
  sqlAsOwner?: string;
  /** Puts a proxy between server and database, which notes every statement: `server.wire`. */
  recordsWire?: boolean;
  /** Where the log goes; its level is LOG_LEVEL. */
  logTo?: DestinationStream;
  /** The database's own limits are lifted, so that on a slow machine none of them ends what waits for a lock. */
  waitsForLocks?: boolean;
  /** Whether the development pages may connect as the owner, as with `npm start`. */
  knowsOwner?: boolean;
};

/** A server of the test file's own on a database of its own; the real thing, on a port of its own. */
export function useServer(
  environment: Record<string, string> = {},
  { sqlAsOwner, recordsWire = false, logTo, waitsForLocks = false, knowsOwner = true }: Options = {},
) {
  let server: RowgateServer;
  let database: TestDatabase;
  let owner: pg.Pool;
  let wire: WireLog | null;
  const undo: Undo = [];
  const config: Config = testConfig(environment);

  beforeAll(async () => {
    database = await createTestDatabase();
    undo.push(() => database.drop());
    // A team may have tables of the same names.
    if (sqlAsOwner)
      await withClient(database.owner, (client) => client.query(`${makeRoom(sqlAsOwner)}\n${sqlAsOwner}`));
    if (waitsForLocks) await liftLimits(database);
    owner = new pg.Pool({ connectionString: database.owner, max: 2 });
    // A connection that is still saying goodbye when the database is dropped has lost nothing.
    owner.on('error', () => {});
    undo.push(() => owner.end());
    wire = recordsWire ? await startWireLog(database.authenticator) : null;
    undo.push(async () => wire?.close());
    const logger = makeLogger(config, logTo);
    const pools = makePools(wire?.url ?? database.authenticator, logger);
    undo.push(() => pools.end());
    server = await makeServer(
      { config, pools, logger },
      { ownerUrl: knowsOwner ? database.owner : undefined },
    );
    undo.push(() => server.release());
    server.httpServer.listen(0, '127.0.0.1');
    await once(server.httpServer, 'listening');
    undo.push(async () => {
      await server.closeSockets();
      await new Promise((resolve) => {
        server.httpServer.close(resolve);
        server.httpServer.closeAllConnections();
      });
    });
  });
  // Also what was begun by a start that failed, whose reason is then the only failure.
  afterAll(async () => {
    expect(await undoAll(undo)).toBe(true);
  });

  /** Looks into the database, or changes it, as its owner. */
  const sql = async <R extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
    (await owner.query<R>(text, values)).rows;

  return {
    config,
    /** A new client, with an empty cookie jar. `headers` go with every request of it. */
    client: (headers: Record<string, string> = {}) => new HttpClient(server.httpServer, headers),
    sql,
    /** Every row of every table, to compare with: whatever was written shows, an update without a change too. */
    contents: () => contentsOf(sql),
    /** What the store of cookies holds; rows, or entries of Redis. */
    storedCookies: () =>
      config.redisUrl
        ? redisEntries(config.redisUrl, 'rowgate:cookie:*')
        : sql('select * from app_private.cookie_sessions order by sid'),
    schema: () => server.schema(),
    closeSockets: () => server.closeSockets(),
    get database() {
      return database;
    },
    get httpServer() {
      return server.httpServer;
    },
    get wire(): WireLog {
      if (!wire) throw new Error('This server does not record its wire.');
      return wire;
    },
  };
}

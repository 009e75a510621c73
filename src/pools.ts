import pg from 'pg';
import type { Logger } from './logger.ts';

/** The connections of a server process; all log in as `authenticator`. */
export type Pools = {
  /** For everything but passwords. */
  data: pg.Pool;
  /** For operations that hash a password (about 0.25 s of database CPU each), so that a flood of them starves nothing else. */
  auth: pg.Pool;
  /** For reads, on a replica; null without one. */
  read: pg.Pool | null;
  end(): Promise<void>;
};

/** For each server process. A password keeps one database core busy, so more would only take turns. */
const DATA_CONNECTIONS = 10;
const AUTH_CONNECTIONS = 3;
/** To the primary. */
export const CONNECTIONS_OF_A_PROCESS = DATA_CONNECTIONS + AUTH_CONNECTIONS;
/** Milliseconds a request waits for a connection before it gets `UNAVAILABLE`. */
const CONNECTION_TIMEOUT = 5_000;
/** Milliseconds before an idle connection is closed. A new one costs tens of them, and has nothing prepared or cached. */
const IDLE_TIMEOUT = 600_000;
/**
 * Seconds before a connection is closed, once nobody works with it. So long can injected SQL change what a connection does
 * (docs/security.md), a name that has moved on to another server be ignored, and PostgreSQL's memory for it grow.
 */
const LIFETIME = 1_800;
/** Milliseconds; above the role's statement_timeout, so it bites only when PostgreSQL itself no longer answers. */
const QUERY_TIMEOUT = 7_000;

export function makePools(
  primary: string,
  logger: Logger,
  { replica }: { replica?: string | undefined } = {},
): Pools {
  const makePool = (name: string, connectionString: string, max: number) => {
    const pool = new pg.Pool({
      connectionString,
      max,
      // Several statements travel in one write, without waiting for each other's answer.
      pipeline: true,
      connectionTimeoutMillis: CONNECTION_TIMEOUT,
      idleTimeoutMillis: IDLE_TIMEOUT,
      maxLifetimeSeconds: LIFETIME,
      query_timeout: QUERY_TIMEOUT,
      application_name: `rowgate-${name}`,
    } as pg.PoolConfig);
    // Without a listener a lost connection would end the process. The query that needed it has its own error.
    const onLost = (error: Error) => logger.warn({ pool: name, reason: error.message }, 'connection lost');
    pool.on('connect', (client) => client.on('error', onLost));
    pool.on('error', () => {});
    return pool;
  };

  const data = makePool('data', primary, DATA_CONNECTIONS);
  const auth = makePool('auth', primary, AUTH_CONNECTIONS);
  const read = replica ? makePool('read', replica, DATA_CONNECTIONS) : null;
  return {
    data,
    auth,
    read,
    async end() {
      await Promise.all([data.end(), auth.end(), read?.end()]);
    },
  };
}

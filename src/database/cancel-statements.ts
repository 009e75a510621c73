import { connect } from 'node:net';
import type pg from 'pg';

/** The parts of a `pg` client that @types/pg does not know. */
type Cancellable = pg.PoolClient & { host: string; port: number; processID: number; secretKey: number };

/** PostgreSQL's protocol: a cancel request is these 16 bytes on a connection of its own, without authentication. */
const CANCEL_REQUEST_CODE = 80877102;

/**
 * Asks PostgreSQL to stop what a connection is working on. By the protocol and not by `pg_cancel_backend`, which needs
 * a free connection, and does not reach through a pooler. Resolves when the request has been taken.
 */
export function cancelStatements(client: pg.PoolClient): Promise<void> {
  const { host, port, processID, secretKey } = client as Cancellable;
  const message = Buffer.alloc(16);
  message.writeInt32BE(16, 0);
  message.writeInt32BE(CANCEL_REQUEST_CODE, 4);
  message.writeInt32BE(processID, 8);
  message.writeInt32BE(secretKey, 12);
  return new Promise((resolve) => {
    const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
    socket.setTimeout(2_000, () => socket.destroy());
    socket.on('error', () => {}); // then the statement's own timeout ends it
    socket.on('close', () => resolve());
    socket.on('connect', () => socket.write(message));
  });
}

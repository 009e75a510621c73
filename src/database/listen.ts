import pg from 'pg';
import { CodedError } from '../graphile/error-codes.ts';
import type { Logger } from '../logger.ts';

/** Where the triggers of the migrations notify: see `tg__notify_servers`. */
const CHANNEL = 'rowgate';
/** Milliseconds for connecting, for each answer of the database, and for whoever waits for both. */
const PATIENCE = 5_000;
/** Milliseconds between two looks whether the connection still lives: nothing else would tell of a frozen one. */
const BEAT = 15_000;
/** Milliseconds before each further attempt to connect. */
const PAUSES = [100, 250, 500, 1_000, 2_000];

/** What was notified; null: something may have been missed, so that everything has to be looked at again. */
export type OnNotification = (payload: string | null) => void;

export type Notifications = {
  /** Calls back for each notification, as long as it lives. */
  on(listener: OnNotification): void;
  /** Resolves when notifications arrive; connects at the first call. @throws CodedError `UNAVAILABLE` after 5 seconds. */
  ready(): Promise<void>;
  close(): Promise<void>;
};

/** The parts of a `pg` client that @types/pg does not know. */
type Connected = pg.Client & { connection: { stream: { destroy(): void } } };

/**
 * Listens to the database on one connection of its own, which nobody opens before it is needed. A connection that is lost
 * is opened again, by itself, and the listeners are told that they may have missed something.
 *
 * @param url a direct connection to the primary: LISTEN works neither on a replica nor through a pooler that lends
 * connections for a transaction
 * @param pool notifies once after each connecting, which proves that notifications arrive
 */
export function listenToDatabase({
  url,
  pool,
  logger,
}: {
  url: string;
  pool: pg.Pool;
  logger: Logger;
}): Notifications {
  const listeners = new Set<OnNotification>();
  let current: Connected | null = null;
  let opening: Promise<void> | null = null;
  let isClosed = false;
  let beats: NodeJS.Timeout | undefined;
  /** Called by the notification that proves the connection. */
  let onProof: ((payload: string) => void) | null = null;

  function receive(payload: string | null): void {
    if (payload?.startsWith('proof:')) onProof?.(payload);
    else for (const listener of listeners) listener(payload);
  }

  async function open(): Promise<Connected> {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: PATIENCE,
      query_timeout: PATIENCE,
      keepAlive: true,
      application_name: 'rowgate-listen',
    }) as Connected;
    client.on('error', (error) => lose(client, error.message));
    client.on('end', () => lose(client, 'ended'));
    client.on('notification', ({ payload }) => receive(payload ?? ''));
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      await prove();
      return client;
    } catch (error) {
      client.connection.stream.destroy();
      throw error;
    }
  }

  async function prove(): Promise<void> {
    const proof = `proof:${crypto.randomUUID()}`;
    let timer: NodeJS.Timeout | undefined;
    const arrived = new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(NOTHING_ARRIVES)), PATIENCE);
      onProof = (payload) => payload === proof && resolve();
    });
    arrived.catch(() => {});
    try {
      await pool.query('select pg_notify($1, $2)', [CHANNEL, proof]);
      await arrived;
    } finally {
      clearTimeout(timer);
      onProof = null;
    }
  }

  async function keepTrying(): Promise<void> {
    for (let attempt = 0; !isClosed; attempt++) {
      try {
        const client = await open();
        if (isClosed) return void client.end();
        current = client;
        opening = null;
        clearInterval(beats);
        beats = setInterval(() => {
          client.query('select 1').catch((error: Error) => lose(client, error.message));
        }, BEAT);
        beats.unref();
        return receive(null);
      } catch (error) {
        logger.warn({ reason: (error as Error).message }, 'notifications of the database not received');
        const pause = PAUSES[Math.min(attempt, PAUSES.length - 1)];
        await new Promise((resolve) => setTimeout(resolve, pause).unref());
      }
    }
  }

  function lose(client: Connected, reason: string): void {
    if (client !== current || isClosed) return;
    logger.warn({ reason }, 'notifications of the database interrupted');
    client.connection.stream.destroy();
    current = null;
    opening = keepTrying();
  }

  return {
    on: (listener) => void listeners.add(listener),
    async ready() {
      if (isClosed) throw new CodedError('UNAVAILABLE');
      if (current) return;
      opening ??= keepTrying();
      await Promise.race([opening, rejectAfter(PATIENCE)]);
      if (!current) throw new CodedError('UNAVAILABLE');
    },
    async close() {
      isClosed = true;
      clearInterval(beats);
      const client = current;
      current = null;
      await client?.end();
    },
  };
}

const NOTHING_ARRIVES =
  'LISTEN has no effect on this connection; a pooler in transaction mode needs DATABASE_LISTEN_URL, the URL of the database itself';

function rejectAfter(milliseconds: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new CodedError('UNAVAILABLE')), milliseconds).unref();
  });
}

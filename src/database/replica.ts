import type pg from 'pg';
import type { Logger } from '../logger.ts';

/** Milliseconds between two looks. */
const INTERVAL = 1_000;
/** Milliseconds that a replica may be behind, and so for which a revoked session may still read there. */
const MAX_BEHIND = 3_000;
/** Milliseconds for the answers to a look; later ones would be worth nothing. */
const PATIENCE = 2_000;

/**
 * For how long a session's reads go to the primary after it has written, in milliseconds: longer than a replica that
 * `isFresh` can be behind.
 */
export const READ_OWN_WRITES_FOR = 5_000;

export type Replica = { pool: pg.Pool; isFresh(): boolean; stop(): void };

/** A position in the primary's log, and when (at the earliest) the primary was there. */
type Mark = { lsn: string; at: number };

/**
 * Watches how far a streaming replica is behind. Each second it is asked whether it has replayed what the primary had
 * written a second before. If it has, it knows everything that was committed before that moment, and so it is trusted
 * until 3 seconds after that moment, and no longer. Otherwise, and as soon as a connection to it is lost, all reads go
 * to the primary.
 */
export function watchReplica({
  pool,
  primary,
  logger,
}: {
  pool: pg.Pool;
  primary: pg.Pool;
  logger: Logger;
}): Replica {
  let freshUntil = 0;
  let mark: Mark | null = null;
  let wasFresh = false;
  let isLooking = false;

  async function look(): Promise<void> {
    const startedAt = Date.now();
    const [written, replayed] = await Promise.allSettled([
      ask<{ lsn: string }>(primary, 'select pg_current_wal_lsn()::text as lsn'),
      // Null where nothing is replayed: not a replica, so not behind.
      ask<{ fresh: boolean | null }>(
        pool,
        'select coalesce(pg_last_wal_replay_lsn() >= $1::pg_lsn, not pg_is_in_recovery()) as fresh',
        [mark?.lsn],
      ),
    ]);
    if (replayed.status === 'rejected') {
      freshUntil = 0;
      logger.warn({ reason: replayed.reason.message }, 'replica not reached');
    } else if (mark && replayed.value.fresh) {
      freshUntil = mark.at + MAX_BEHIND;
    }
    mark = written.status === 'fulfilled' ? { lsn: written.value.lsn, at: startedAt } : null;
  }

  const isFresh = () => Date.now() < freshUntil;
  const timer = setInterval(async () => {
    if (isLooking) return;
    isLooking = true;
    await look();
    isLooking = false;
    if (isFresh() === wasFresh) return;
    wasFresh = isFresh();
    logger.warn({ isFresh: wasFresh }, wasFresh ? 'reads go to the replica' : 'reads go to the primary');
  }, INTERVAL);
  timer.unref();

  const lost = () => {
    freshUntil = 0;
  };
  pool.on('error', lost);
  pool.on('connect', (client) => client.on('error', lost));

  return { pool, isFresh, stop: () => clearInterval(timer) };
}

async function ask<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  text: string,
  values: unknown[] = [],
): Promise<Row> {
  const { rows } = await pool.query<Row>({ text, values, query_timeout: PATIENCE } as pg.QueryConfig);
  return rows[0] as Row;
}

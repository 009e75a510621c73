import type pg from 'pg';
import type { Logger } from '../logger.ts';

/** Milliseconds between two looks. */
const INTERVAL = 1_000;
/** Milliseconds for which a good look is relied on. */
const TRUSTED_FOR = 2_000;

/**
 * For how long a session's reads go to the primary after it has written, in milliseconds: longer than a replica that
 * `isFresh` can be behind.
 */
export const READ_OWN_WRITES_FOR = 5_000;

export type Replica = { pool: pg.Pool; isFresh(): boolean; stop(): void };

/**
 * Watches how far a streaming replica is behind: each second it must have replayed what the primary had written a
 * second before. While it has, it is at most 3 seconds behind (the second, and the two for which a look is relied on),
 * and that is how long a revoked session may still read there. Otherwise all reads go to the primary.
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
  let written: string | null = null;
  let wasFresh = false;

  async function look(): Promise<void> {
    const startedAt = Date.now();
    const [current, replayed] = await Promise.all([
      primary.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn'),
      // Null where nothing is replayed: not a replica, so not behind.
      pool.query<{ fresh: boolean | null }>(
        'select coalesce(pg_last_wal_replay_lsn() >= $1::pg_lsn, not pg_is_in_recovery()) as fresh',
        [written],
      ),
    ]);
    if (replayed.rows[0]?.fresh) freshUntil = startedAt + TRUSTED_FOR;
    written = current.rows[0]?.lsn ?? null;
  }

  const timer = setInterval(async () => {
    await look().catch((error: Error) => logger.warn({ reason: error.message }, 'replica not reached'));
    const isFresh = Date.now() < freshUntil;
    if (isFresh !== wasFresh)
      logger.warn({ isFresh }, isFresh ? 'reads go to the replica' : 'reads go to the primary');
    wasFresh = isFresh;
  }, INTERVAL);
  timer.unref();

  return { pool, isFresh: () => Date.now() < freshUntil, stop: () => clearInterval(timer) };
}

import type pg from 'pg';
import type { Logger } from '../src/logger.ts';

/** Milliseconds. A worker counts as dead after 30 seconds of silence (app_private.beat), three beats. */
const INTERVAL = 10_000;

/**
 * Says every ten seconds that these workers live, and gives back the jobs of those that no longer do. Without it a job
 * interrupted by a hard kill would stay locked for four hours.
 */
export function startHeartbeat({
  pool,
  workerIds,
  logger,
}: {
  pool: pg.Pool;
  workerIds: Set<string>;
  logger: Logger;
}) {
  const beat = async () => {
    try {
      const { rows } = await pool.query('select app_private.beat($1) as dead', [[...workerIds]]);
      if (rows[0].dead > 0) logger.warn({ workers: rows[0].dead }, 'took back the jobs of dead workers');
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'heartbeat failed');
    }
  };
  const timer = setInterval(beat, INTERVAL);
  const first = beat();
  return {
    async stop(): Promise<void> {
      clearInterval(timer);
      await first;
    },
  };
}

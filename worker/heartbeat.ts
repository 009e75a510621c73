import type { WorkerEvents } from 'graphile-worker';
import type pg from 'pg';
import type { Logger } from '../src/logger.ts';

/** Milliseconds. A worker counts as dead after 30 seconds of silence (app_private.beat), three beats. */
const INTERVAL = 10_000;

/**
 * Says every ten seconds that the workers of this process live, and gives back the jobs of those that no longer do.
 * Without it a job interrupted by a hard kill would stay locked for four hours.
 */
export function startHeartbeat({
  pool,
  events,
  logger,
}: {
  pool: pg.Pool;
  events: WorkerEvents;
  logger: Logger;
}) {
  // A job is locked by the id of the pool and not of the worker in it, so the pool is what has to beat.
  const ids = new Set<string>();
  const beat = async () => {
    try {
      const { rows } = await pool.query('select app_private.beat($1) as dead', [[...ids]]);
      if (rows[0].dead > 0) logger.warn({ workers: rows[0].dead }, 'took back the jobs of dead workers');
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'heartbeat failed');
    }
  };

  let latest = Promise.resolve();
  const beatNow = () => {
    latest = beat();
  };
  events.on('pool:create', ({ workerPool }) => {
    ids.add(workerPool.id);
    beatNow();
  });
  events.on('pool:release', ({ workerPool }) => ids.delete(workerPool.id));
  // It may never be released. The jobs that it still holds are then taken back like those of a dead one.
  events.on('pool:fatalError', ({ workerPool }) => ids.delete(workerPool.id));
  const timer = setInterval(beatNow, INTERVAL);
  return {
    async stop(): Promise<void> {
      clearInterval(timer);
      await latest;
    },
  };
}

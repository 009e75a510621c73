import type { Express } from 'express';
import type { Deps } from '../deps.ts';
import type { LiveSchema } from '../graphile/live-schema.ts';
import { startTimeLimit } from '../time-limit.ts';

/** For supervisors and load balancers: does the process live, and can it serve? */
export function installHealth(
  app: Express,
  { pools, redis, logger }: Deps,
  schema: Pick<LiveSchema, 'current'>,
): void {
  app.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' });
  });

  app.get('/readyz', async (_req, res) => {
    const checks = {
      database: () => pools.data.query('select 1'),
      ...(redis ? { redis: () => redis.ping() } : {}),
    };
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await within(PATIENCE, check())] as const),
    );
    const isReady = schema.current !== null && results.every(([, isWell]) => isWell);
    const parts = {
      ...Object.fromEntries(results.map(([name, isWell]) => [name, isWell ? 'ok' : 'unreachable'])),
      schema: schema.current ? 'ok' : 'not built',
    };
    if (!isReady) logger.warn(parts, 'not ready');
    res.status(isReady ? 200 : 503).json({ status: isReady ? 'ready' : 'not ready', ...parts });
  });
}

/** Milliseconds. Those who ask have little patience themselves. */
const PATIENCE = 1_000;

/** Whether it succeeds in time. */
function within(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const endLimit = startTimeLimit(milliseconds, () => resolve(false));
    const settle = (isWell: boolean) => {
      endLimit();
      resolve(isWell);
    };
    work.then(
      () => settle(true),
      () => settle(false),
    );
  });
}

import type { Express } from 'express';
import type { Deps } from '../deps.ts';

/** For supervisors and load balancers: does the process live, and can it serve? */
export function installHealth(app: Express, { pools, logger }: Deps): void {
  app.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' });
  });

  app.get('/readyz', async (_req, res) => {
    try {
      await pools.data.query('select 1');
      res.json({ status: 'ready', database: 'ok' });
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'not ready');
      res.status(503).json({ status: 'not ready', database: 'unreachable' });
    }
  });
}

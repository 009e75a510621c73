import { randomUUID } from 'node:crypto';
import type { Express } from 'express';
import type { Deps } from '../deps.ts';

/** One line a request: what, how it ended, how long it took. Never headers, bodies or query strings. */
export function installRequestLog(app: Express, { logger }: Deps): void {
  if (!logger.isLevelEnabled('info')) return;
  app.use((req, res, next) => {
    const startedAt = performance.now();
    const requestId = randomUUID();
    res.once('close', () => {
      const duration = Math.round(performance.now() - startedAt);
      logger.info(
        { requestId, method: req.method, path: req.path, status: res.statusCode, duration, address: req.ip },
        'request',
      );
    });
    next();
  });
}

import type { Express } from 'express';
import type { Deps } from '../deps.ts';
import { setRetryAfter } from '../rate-limits/set-retry-after.ts';

/** Refuses the requests of an address that has sent too many. */
export function installRateLimits(app: Express, { rateLimits }: Deps): void {
  if (!rateLimits) return;
  app.use(async (req, res, next) => {
    await rateLimits.admitRequest(req.ip).catch((error) => {
      setRetryAfter(res, error);
      throw error;
    });
    next();
  });
}

import type { Express } from 'express';
import type { Deps } from '../deps.ts';
import { setRetryAfter } from '../rate-limits/set-retry-after.ts';
import { factsOf } from '../telemetry/request-facts.ts';

/** Refuses the requests of an address that has sent too many. */
export function installRateLimits(app: Express, { rateLimits }: Deps): void {
  if (!rateLimits) return;
  app.use(async (req, res, next) => {
    await rateLimits.admitRequest(factsOf(req).address).catch((error) => {
      setRetryAfter(res, error);
      throw error;
    });
    next();
  });
}

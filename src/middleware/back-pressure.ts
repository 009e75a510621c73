import type { Express } from 'express';
import { MAX_WAITING } from '../database/borrow-client.ts';
import type { Deps } from '../deps.ts';
import { CodedError } from '../graphile/error-codes.ts';

/** Refuses at once what would wait behind too many others for the database: a quick 503 is better than a late one. */
export function installBackPressure(app: Express, { pools }: Deps): void {
  app.use('/graphql', (_req, res, next) => {
    if (pools.data.waitingCount < MAX_WAITING) return next();
    res.setHeader('retry-after', '1');
    return next(new CodedError('UNAVAILABLE'));
  });
}

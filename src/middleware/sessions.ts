import type { Express } from 'express';
import type { Deps } from '../deps.ts';
import { hasRequestSession } from '../request-session.ts';

/** Notes which session the request's cookie names. Whether it is good, the database says. */
export function installSessions(app: Express, { cookieSessions }: Deps): void {
  app.use('/graphql', async (req, _res, next) => {
    if (!hasRequestSession(req)) await cookieSessions.identify(req);
    next();
  });
}

import type { Express } from 'express';
import type { Deps } from '../deps.ts';

/** Notes which session the request's cookie names. Whether it is good, the database says. */
export function installSessions(app: Express, { cookieSessions }: Deps): void {
  app.use('/graphql', async (req, _res, next) => {
    await cookieSessions.identify(req);
    next();
  });
}

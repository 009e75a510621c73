import cookieParser from 'cookie-parser';
import type { Express } from 'express';
import type { Deps } from '../deps.ts';

/** Parses cookies, and checks the signatures of those that we have signed. */
export function installCookies(app: Express, { config }: Deps): void {
  app.use(cookieParser(config.session.secrets));
}

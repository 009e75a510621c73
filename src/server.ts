import { createServer, type Server } from 'node:http';
import express from 'express';
import { postgraphile } from 'postgraphile';
import type { Config } from './config.ts';
import { makePreset } from './graphile/preset.ts';
import type { Logger } from './logger.ts';
import { installCookies } from './middleware/cookies.ts';
import { installCors } from './middleware/cors.ts';
import { installCsrf } from './middleware/csrf.ts';
import { installErrors } from './middleware/errors.ts';
import { installGraphql } from './middleware/graphql.ts';
import { installHealth } from './middleware/health.ts';
import { installMalformedHttp } from './middleware/malformed-http.ts';
import { installRequestLog } from './middleware/request-log.ts';
import { installSecurityHeaders } from './middleware/security-headers.ts';
import { installSessions } from './middleware/sessions.ts';
import { installTokenMode } from './middleware/token-mode.ts';
import type { Pools } from './pools.ts';
import { makeCookieSessions } from './sessions/cookie-sessions.ts';
import { makeCsrf } from './sessions/csrf.ts';
import { makeAccessTokens } from './tokens/access-tokens.ts';
import { makePersonalTokens } from './tokens/personal-tokens.ts';
import { makeSigningKeys } from './tokens/signing-keys.ts';

/** Bytes. Room for a token of any length a client may send by mistake, which then gets a proper answer. */
const MAX_HEADER_SIZE = 128 * 1024;

export type RowgateServer = { httpServer: Server; release(): Promise<void> };

/** Builds the whole server without listening; tests build the same one. The pools stay the caller's to end. */
export async function makeServer(
  { config, pools, logger }: { config: Config; pools: Pools; logger: Logger },
  { watch = false } = {},
): Promise<RowgateServer> {
  const cookieSessions = makeCookieSessions({ config, pools, logger });
  const csrf = makeCsrf({ config, sessionCookieName: cookieSessions.name });
  const accessTokens = makeAccessTokens({ config, keys: makeSigningKeys({ config, pools }) });
  const personalTokens = makePersonalTokens({ pools });
  const deps = { config, pools, logger, cookieSessions, csrf, accessTokens, personalTokens };

  const instance = postgraphile(makePreset(deps, { watch }));
  const app = express();
  const httpServer = createServer({ maxHeaderSize: MAX_HEADER_SIZE }, app);
  app.set('trust proxy', config.trustProxy);

  installMalformedHttp(httpServer);
  installRequestLog(app, deps);
  installSecurityHeaders(app, deps);
  // Before anything that needs a database or a cookie: a supervisor has neither.
  installHealth(app, deps);
  installCors(app, deps);
  installCookies(app, deps);
  // Before CSRF, which protects cookies only.
  installTokenMode(app, deps);
  // Before sessions: a forged request is not worth a look into the store.
  installCsrf(app, deps);
  installSessions(app, deps);
  await installGraphql(app, httpServer, instance);
  // Not even loaded in production.
  if (!config.isProduction)
    (await import('./middleware/development-pages.ts')).installDevelopmentPages(app, deps);
  // Last: what nothing above has answered.
  installErrors(app, deps);

  return { httpServer, release: async () => instance.release() };
}

import type { Config } from './config.ts';
import type { Logger } from './logger.ts';
import type { Pools } from './pools.ts';
import type { CookieSessions } from './sessions/cookie-sessions.ts';
import type { Csrf } from './sessions/csrf.ts';
import type { AccessTokens } from './tokens/access-tokens.ts';
import type { PersonalTokens } from './tokens/personal-tokens.ts';

/** What the parts of a server share: made once, passed on, hung on nothing. */
export type Deps = {
  config: Config;
  logger: Logger;
  pools: Pools;
  cookieSessions: CookieSessions;
  csrf: Csrf;
  accessTokens: AccessTokens;
  personalTokens: PersonalTokens;
};

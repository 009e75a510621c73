import type { Config } from './config.ts';
import { type Replica, watchReplica } from './database/replica.ts';
import type { Logger } from './logger.ts';
import type { Pools } from './pools.ts';
import { makeReadDocument, type ReadDocument } from './query-limits/make-read-document.ts';
import { makeRateLimits, type RateLimits } from './rate-limits/make-rate-limits.ts';
import { makeRedis, type Redis } from './redis.ts';
import { type CookieSessions, makeCookieSessions } from './sessions/cookie-sessions.ts';
import { type Csrf, makeCsrf } from './sessions/csrf.ts';
import { makeRecentWrites, type RecentWrites } from './sessions/recent-writes.ts';
import { type Metrics, makeMetrics } from './telemetry/metrics.ts';
import { type AccessTokens, makeAccessTokens } from './tokens/access-tokens.ts';
import { makePersonalTokens, type PersonalTokens } from './tokens/personal-tokens.ts';
import { makeSigningKeys } from './tokens/signing-keys.ts';

/** What the parts of a server share: made once, passed on, hung on nothing. */
export type Deps = {
  config: Config;
  logger: Logger;
  pools: Pools;
  /** Null without REDIS_URL. */
  redis: Redis | null;
  /** Null without DATABASE_READ_URL. */
  replica: Replica | null;
  readDocument: ReadDocument;
  /** Null with RATE_LIMITS=off. */
  rateLimits: RateLimits | null;
  cookieSessions: CookieSessions;
  csrf: Csrf;
  recentWrites: RecentWrites;
  /** Null without METRICS_PORT. */
  metrics: Metrics | null;
  accessTokens: AccessTokens;
  personalTokens: PersonalTokens;
};

/** Makes them. `release` undoes what runs by itself; the pools stay the caller's to end. */
export function makeDeps(
  given: Pick<Deps, 'config' | 'logger' | 'pools'>,
): Deps & { release(): Promise<void> } {
  const { config, logger, pools } = given;
  const redis = config.redisUrl ? makeRedis(config.redisUrl, logger) : null;
  const replica = pools.read ? watchReplica({ pool: pools.read, primary: pools.data, logger }) : null;
  const cookieSessions = makeCookieSessions({ ...given, redis });
  return {
    ...given,
    redis,
    replica,
    readDocument: makeReadDocument(config.queryLimits),
    rateLimits: config.rates && makeRateLimits({ ...given, redis }, config.rates),
    cookieSessions,
    csrf: makeCsrf({ config, sessionCookieName: cookieSessions.name }),
    recentWrites: makeRecentWrites(config),
    metrics: config.metricsPort === undefined ? null : makeMetrics(pools),
    accessTokens: makeAccessTokens({ config, keys: makeSigningKeys(given) }),
    personalTokens: makePersonalTokens(given),
    async release() {
      replica?.stop();
      redis?.destroy();
    },
  };
}

import type { Config } from './config.ts';
import { listenToDatabase, type Notifications } from './database/listen.ts';
import { type Replica, watchReplica } from './database/replica.ts';
import { type AccountChanges, makeAccountChanges } from './live-queries/account-changes.ts';
import { FairTurns, type TurnLimits } from './live-queries/fair-turns.ts';
import type { Logger } from './logger.ts';
import type { Pools } from './pools.ts';
import { makeReadDocument, type ReadDocument } from './query-limits/make-read-document.ts';
import { makeRateLimits, type RateLimits } from './rate-limits/make-rate-limits.ts';
import { WorkBudgets } from './rate-limits/work-budgets.ts';
import { makeRedis, type Redis } from './redis.ts';
import { type CookieSessions, makeCookieSessions } from './sessions/cookie-sessions.ts';
import { type Csrf, makeCsrf } from './sessions/csrf.ts';
import { makeRecentWrites, type RecentWrites } from './sessions/recent-writes.ts';
import { makeSessionActivity, type SessionActivity } from './sessions/session-activity.ts';
import { type Metrics, makeMetrics } from './telemetry/metrics.ts';
import { type AccessTokens, makeAccessTokens } from './tokens/access-tokens.ts';
import { makePersonalTokens, type PersonalTokens } from './tokens/personal-tokens.ts';
import { makeSigningKeys } from './tokens/signing-keys.ts';

/**
 * Connections of the pool that live queries may have at a time; the others are left to requests. One user has half of them,
 * and may have as many events waiting as ten sockets with all the subscriptions that they may have.
 */
const LIVE_TURNS: TurnLimits = { places: 4, placesPerKey: 2, waitingPerKey: 200 };

/** What the parts of a server share: made once, passed on, hung on nothing. */
export type Deps = {
  config: Config;
  logger: Logger;
  pools: Pools;
  /** Null without REDIS_URL. */
  redis: Redis | null;
  /** Null without DATABASE_READ_URL. */
  replica: Replica | null;
  /** Null without live queries: DATABASE_LISTEN_URL=off. */
  notifications: Notifications | null;
  accountChanges: AccountChanges | null;
  /** Every access of a live query to the database waits here for its turn. */
  turns: FairTurns;
  readDocument: ReadDocument;
  /** Null with RATE_LIMITS=off. */
  rateLimits: RateLimits | null;
  /** How much of this process each client keeps busy. Null with RATE_LIMITS=off. */
  workBudgets: WorkBudgets | null;
  cookieSessions: CookieSessions;
  csrf: Csrf;
  recentWrites: RecentWrites;
  sessionActivity: SessionActivity;
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
  const { listenUrl = pools.data.options.connectionString } = config.database;
  const notifications = listenUrl ? listenToDatabase({ url: listenUrl, pool: pools.data, logger }) : null;
  const cookieSessions = makeCookieSessions({ ...given, redis });
  const sessionActivity = makeSessionActivity(given);
  return {
    ...given,
    redis,
    replica,
    notifications,
    accountChanges: notifications && makeAccountChanges(notifications),
    turns: new FairTurns(LIVE_TURNS),
    readDocument: makeReadDocument(config.queryLimits),
    rateLimits: config.rates && makeRateLimits({ ...given, redis }, config.rates),
    workBudgets: config.rates && new WorkBudgets(config.rates.work),
    cookieSessions,
    csrf: makeCsrf({ config, sessionCookieName: cookieSessions.name }),
    recentWrites: makeRecentWrites(config),
    sessionActivity,
    metrics: config.metricsPort === undefined ? null : makeMetrics(pools, replica),
    accessTokens: makeAccessTokens({ config, keys: makeSigningKeys(given) }),
    personalTokens: makePersonalTokens(given),
    async release() {
      await sessionActivity.close();
      replica?.stop();
      await notifications?.close();
      redis?.destroy();
    },
  };
}

import { RateLimiterPostgres, RateLimiterRedis, RLWrapperTimeouts } from 'rate-limiter-flexible';
import type { Deps } from '../deps.ts';
import type { Rate } from './rates.ts';

/** Milliseconds within which Redis has to answer. For PostgreSQL the limits of its pool hold. */
const REDIS_TIMEOUT = 2_000;

/**
 * A counter that all processes share: in Redis if there is one, else in PostgreSQL. What has been used up is remembered
 * by the process, so that a flood of refusals does not reach the store.
 */
export function makeStoredLimiter({ pools, redis }: Pick<Deps, 'pools' | 'redis'>, name: string, rate: Rate) {
  const options = {
    points: rate.count,
    duration: rate.seconds,
    inMemoryBlockOnConsumed: rate.count + 1,
  };
  if (redis) {
    const keyPrefix = `rowgate:limit:${name}`;
    const limiter = new RateLimiterRedis({
      ...options,
      keyPrefix,
      storeClient: redis,
      useRedisPackage: true,
    });
    return new RLWrapperTimeouts({ limiter, timeoutMs: REDIS_TIMEOUT });
  }
  return new RateLimiterPostgres({
    ...options,
    keyPrefix: name,
    // Without the name that the library gives its statement: a pooler in transaction mode could not follow it.
    storeClient: {
      query: ({ text, values }: { text: string; values: unknown[] }) => pools.data.query(text, values),
    },
    storeType: 'pool',
    schemaName: 'app_private',
    tableName: 'rate_limits',
    tableCreated: true,
  });
}

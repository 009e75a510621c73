import { afterAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { describeRateLimits } from '../helpers/describe-rate-limits.ts';
import { useServer } from '../helpers/server.ts';
import { startRedis } from '../helpers/start-redis.ts';
import { until } from '../helpers/until.ts';

const redis = await startRedis();
afterAll(() => redis.stop());

describe('rate limits while Redis is frozen', () => {
  const server = useServer({ REDIS_URL: redis.url, RATE_LIMITS: 'on' });

  it('cannot make a login wait for long: UNAVAILABLE; what needs no store goes on, and all of it afterwards', async () => {
    const client = server.client();
    expect((await client.login('nobody', 'wrong')).code).toBe('INVALID_CREDENTIALS');
    redis.freeze();
    try {
      const startedAt = performance.now();
      const { status, code } = await client.login('nobody', 'wrong');
      expect([status, code]).toEqual([503, 'UNAVAILABLE']);
      // It would never answer.
      expect(performance.now() - startedAt).toBeLessThan(10_000);
      expect((await client.currentUser()).data).toEqual({ currentUser: null });
    } finally {
      redis.thaw();
    }
    await until(async () => (await client.login('nobody', 'wrong')).code !== 'UNAVAILABLE');
  });
});

describeRateLimits('Redis', {
  environment: { REDIS_URL: redis.url },
  async keys() {
    const client = await createClient({ url: redis.url }).connect();
    const keys = await client.keys('rowgate:limit:*');
    client.destroy();
    return keys.sort();
  },
  breakIt: () => redis.stop(),
  mendIt: () => redis.start(),
});

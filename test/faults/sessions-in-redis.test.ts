import { afterAll } from '@jest/globals';
import { startRedis } from '../helpers/start-redis.ts';

const redis = await startRedis();
afterAll(() => redis.stop());

// What holds with the cookies in PostgreSQL has to hold with the cookies in Redis: the same tests once more.
process.env.TEST_REDIS_URL = redis.url;
for (const name of ['cookies', 'csrf', 'login', 'revocation', 'account-life'])
  await import(`../http/${name}.test.ts`);

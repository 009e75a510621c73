import { type Config, readConfig } from '../../src/config.ts';

/**
 * The configuration of a test: development's, with a cheap bcrypt, nothing logged, and as many logins as one likes. With
 * TEST_REDIS_URL cookies and counts are kept there.
 */
export function testConfig(environment: Record<string, string> = {}): Config {
  return readConfig({
    BCRYPT_COST: '4',
    LOG_LEVEL: 'silent',
    PORT: '0',
    RATE_LIMITS: 'off',
    ROOT_URL: 'http://localhost:5678',
    REDIS_URL: process.env.TEST_REDIS_URL ?? '',
    ...environment,
  });
}

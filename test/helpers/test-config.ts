import { type Config, readConfig } from '../../src/config.ts';

/** The configuration of a test: development's, with a cheap bcrypt and nothing logged. */
export function testConfig(environment: Record<string, string> = {}): Config {
  return readConfig({
    BCRYPT_COST: '4',
    LOG_LEVEL: 'silent',
    PORT: '0',
    ROOT_URL: 'http://localhost:5678',
    ...environment,
  });
}

import { readConfig } from '../../src/config.ts';
import { makeLogger } from '../../src/logger.ts';
import { makePools } from '../../src/pools.ts';
import { makeServer } from '../../src/server.ts';
import { SECRET, type StartContestant } from '../contestants/settings.ts';

/**
 * Rowgate in production's configuration, without rate limits: they count names without knowing whose they are, and would
 * end the measurement.
 */
export const start: StartContestant = async ({ authenticatorUrl, ownerUrl }) => {
  const config = readConfig({
    NODE_ENV: 'production',
    DATABASE_URL: authenticatorUrl,
    DATABASE_OWNER_URL: ownerUrl,
    SESSION_SECRET: SECRET,
    KEY_ENCRYPTION_SECRET: SECRET,
    ROOT_URL: 'https://bench.example.com',
    SMTP_URL: 'smtp://localhost',
    TRUST_PROXY: '1',
    RATE_LIMITS: 'off',
  });
  const logger = makeLogger(config);
  const { httpServer } = await makeServer({ config, logger, pools: makePools(authenticatorUrl, logger) });
  return httpServer;
};

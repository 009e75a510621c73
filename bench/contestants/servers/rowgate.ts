import { readConfig } from '../../../src/config.ts';
import { makeLogger } from '../../../src/logger.ts';
import { makePools } from '../../../src/pools.ts';
import { makeServer } from '../../../src/server.ts';
import { SECRET, type StartContestant } from '../settings.ts';

const PLENTY = '100000000 in 15 minutes';

/** Rowgate itself, in production's configuration, behind a proxy that speaks https with the clients. */
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
    // Everybody comes from one address here. The limits are counted as always, and never reached.
    RATE_LIMIT_REQUESTS: PLENTY,
    RATE_LIMIT_LOGINS: PLENTY,
    RATE_LIMIT_LOGINS_PER_ACCOUNT: PLENTY,
  });
  const logger = makeLogger(config);
  const { httpServer } = await makeServer({ config, logger, pools: makePools(authenticatorUrl, logger) });
  return httpServer;
};

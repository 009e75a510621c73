import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import supertest from 'supertest';
import { makeLogger } from '../../src/logger.ts';
import { makePools, type Pools } from '../../src/pools.ts';
import type { RowgateServer } from '../../src/server.ts';
import { testConfig } from '../helpers/test-config.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';

const PRODUCTION = {
  NODE_ENV: 'production',
  ROOT_URL: 'https://api.example.com',
  DATABASE_URL: 'postgres://unused',
  DATABASE_OWNER_URL: 'postgres://unused',
  SMTP_URL: 'smtp://unused',
  SESSION_SECRET: '0123456789abcdef0123456789abcdef',
  KEY_ENCRYPTION_SECRET: 'fedcba9876543210fedcba9876543210',
};

let isLoaded = false;
jest.unstable_mockModule('../../src/middleware/development-pages.ts', () => {
  isLoaded = true;
  return { installDevelopmentPages: () => {} };
});
const { makeServer } = await import('../../src/server.ts');

describe('the development pages', () => {
  let database: TestDatabase;
  let pools: Pools;
  const servers: RowgateServer[] = [];

  const build = async (environment: Record<string, string>) => {
    const config = testConfig(environment);
    const server = await makeServer({ config, pools, logger: makeLogger(config) });
    servers.push(server);
    return server;
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    pools = makePools(database.authenticator, makeLogger(testConfig()));
  });
  afterAll(async () => {
    for (const server of servers) await server.release();
    await pools.end();
    await database.drop();
  });

  it('cannot be found in production, where their code is not even loaded', async () => {
    const { httpServer } = await build(PRODUCTION);
    expect(isLoaded).toBe(false);
    const paths = [
      '/',
      '/dev/mail',
      '/dev/mail.json',
      '/dev/assets/style.css',
      '/dev/assets/csrf-fetch.js',
      '/account/verify-email',
      '/account/reset-password',
      '/account/delete-account',
      '/graphiql',
      '/ruru-static/ruru.js',
    ];
    for (const path of paths) {
      const { status, body } = await supertest(httpServer).get(path);
      expect({ path, status, code: body.errors?.[0].extensions.code }).toEqual({
        path,
        status: 404,
        code: 'NOT_FOUND',
      });
    }
  });

  it('can be found in development', async () => {
    await build({});
    expect(isLoaded).toBe(true);
  });
});

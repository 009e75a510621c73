import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { makeLogger } from '../../src/logger.ts';
import { makePools, type Pools } from '../../src/pools.ts';
import { makeServer, type RowgateServer } from '../../src/server.ts';
import { HttpClient } from '../helpers/http-client.ts';
import { loadedFiles } from '../helpers/loaded-files.ts';
import { HTTPS, PRODUCTION } from '../helpers/production.ts';
import { testConfig } from '../helpers/test-config.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';

const DEVELOPMENT_FILES = expect.arrayContaining([
  'src/middleware/development-pages.ts',
  'src/development/install-act-as.ts',
]);

describe('the development pages', () => {
  let database: TestDatabase;
  let pools: Pools;
  const servers: RowgateServer[] = [];

  const build = async (environment: Record<string, string>) => {
    const config = testConfig(environment);
    const server = await makeServer(
      { config, pools, logger: makeLogger(config) },
      { ownerUrl: database.owner },
    );
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
    const files = await loadedFiles(PRODUCTION, database.authenticator);
    expect(files).toContain('src/server.ts');
    expect(files.filter((file) => file.includes('development'))).toEqual([]);
    const paths = [
      '/',
      '/dev/mail',
      '/dev/mail.json',
      '/dev/act-as',
      '/dev/act-as.json',
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

  it('cannot make anybody somebody else in production', async () => {
    const { httpServer } = await build(PRODUCTION);
    const client = new HttpClient(httpServer, HTTPS);
    const { id } = await client.register('ada');
    const { status, body } = await client
      .request('post', '/dev/act-as')
      .set('x-csrf-token', client.csrfToken as string)
      .send({ userId: id });
    expect({ status, code: body.errors[0].extensions.code }).toEqual({ status: 404, code: 'NOT_FOUND' });
  });

  it('can be found in development', async () => {
    expect(await loadedFiles({}, database.authenticator)).toEqual(DEVELOPMENT_FILES);
  });
});

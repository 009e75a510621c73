import { describe, expect, it } from '@jest/globals';
import { withClient } from '../../src/database/with-client.ts';
import { makeLogger } from '../../src/logger.ts';
import { makePools } from '../../src/pools.ts';
import { makeServer } from '../../src/server.ts';
import { testConfig } from '../helpers/test-config.ts';
import { createTestDatabase } from '../helpers/test-database.ts';
import { until } from '../helpers/until.ts';

describe('a server whose schema cannot be built', () => {
  it('is not made, and says which table it is about', async () => {
    const database = await createTestDatabase();
    await withClient(database.owner, (client) =>
      client.query(
        `create table app_public.rowgate_test_queries (id int primary key);
        comment on table app_public.rowgate_test_queries is '@name queries';
        grant select on app_public.rowgate_test_queries to webuser`,
      ),
    );
    const config = testConfig();
    const logger = makeLogger(config);
    const pools = makePools(database.authenticator, logger);
    await expect(makeServer({ config, pools, logger })).rejects.toMatchObject({
      code: 'SCHEMA_INVALID',
      message: expect.stringMatching(/'Query'.* It is about app_public\.rowgate_test_queries\./),
    });
    await pools.end();
    await database.drop();
  });
});

describe('a server that watches the database', () => {
  it('can be stopped, because it gives back the connection on which it listens', async () => {
    const database = await createTestDatabase();
    const config = testConfig();
    const logger = makeLogger(config);
    const pools = makePools(database.authenticator, logger);
    const server = await makeServer({ config, pools, logger }, { watch: true });
    await server.schema();
    await until(() => pools.data.totalCount - pools.data.idleCount === 1);

    await server.release();
    await pools.end();
    await database.drop();
  });
});

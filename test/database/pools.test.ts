import { mock } from 'node:test';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { makeLogger } from '../../src/logger.ts';
import { makePools, type Pools } from '../../src/pools.ts';
import { testConfig } from '../helpers/test-config.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';

const MINUTE = 60_000;

describe('a connection of a pool', () => {
  let database: TestDatabase;
  let pools: Pools;
  beforeAll(async () => {
    database = await createTestDatabase();
    pools = makePools(database.authenticator, makeLogger(testConfig()), { replica: database.authenticator });
    mock.timers.enable({ apis: ['setTimeout'] });
  });
  afterAll(async () => {
    mock.timers.reset();
    await pools.end();
    await database.drop();
  });

  const processOf = async (connection: pg.Pool | pg.PoolClient) =>
    (await connection.query('select pg_backend_pid() as pid')).rows[0].pid as number;
  /** Lets 30 minutes pass, in which the connection is never idle for ten. */
  async function useForHalfAnHour(connection: pg.Pool | pg.PoolClient, expected: number) {
    for (let passed = 0; passed < 30; passed += 6) {
      expect(await processOf(connection)).toBe(expected);
      mock.timers.tick(6 * MINUTE);
    }
  }

  it.each(['data', 'auth', 'read'] as const)('cannot live for ever by being used: %s', async (name) => {
    const pool = pools[name] as pg.Pool;
    const first = await processOf(pool);
    await useForHalfAnHour(pool, first);
    expect(await processOf(pool)).not.toBe(first);
    expect(pool.totalCount).toBe(1);
  });

  it('can finish what it works on, however old it is, and serves nobody afterwards', async () => {
    const client = await pools.data.connect();
    const first = await processOf(client);
    await useForHalfAnHour(client, first);
    expect(await processOf(client)).toBe(first);
    client.release();
    expect(await processOf(pools.data)).not.toBe(first);
  });
});

import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withClient } from '../../src/database/with-client.ts';
import { startPrimaryAndReplica } from '../helpers/start-primary-and-replica.ts';
import { startServer } from '../helpers/start-server.ts';
import { tokenClient } from '../helpers/token-client.ts';
import { until } from '../helpers/until.ts';

/** Milliseconds for which a replica is trusted; docs/operations.md says so. */
const TRUSTED_FOR = 3_000;
/** Milliseconds after which a query that nobody answers is given up: src/pools.ts. */
const QUERY_TIMEOUT = 7_000;

describe('a replica that is frozen', () => {
  let cluster: Awaited<ReturnType<typeof startPrimaryAndReplica>>;
  let server: Awaited<ReturnType<typeof startServer>>;

  beforeAll(async () => {
    cluster = await startPrimaryAndReplica();
    await withClient(cluster.primary.owner, (client) =>
      client.query(`
        create function app_public.rowgate_test_is_replica() returns boolean language sql stable as 'select pg_is_in_recovery()';
        grant execute on function app_public.rowgate_test_is_replica() to anonymous`),
    );
    server = await startServer(cluster.primary.authenticator, {
      DATABASE_READ_URL: cluster.replica.authenticator,
    });
  });
  afterAll(async () => {
    await cluster?.thawReplica();
    await server?.close();
    await cluster?.close();
  });

  async function ask() {
    const startedAt = performance.now();
    const { code, data } = await tokenClient(server).send('{ isReplica: rowgateTestIsReplica }');
    return { code, isReplica: data?.isReplica, milliseconds: performance.now() - startedAt };
  }

  it('can hold up what is sent to it within three seconds, and nothing after that; it is used again when it answers', async () => {
    await until(async () => (await ask()).isReplica);
    await cluster.freezeReplica();
    const frozenAt = performance.now();
    const early: ReturnType<typeof ask>[] = [];
    // More than the pool of the replica has connections.
    while (performance.now() - frozenAt < TRUSTED_FOR) {
      early.push(ask());
      await delay(100);
    }
    await delay(200);
    for (let i = 0; i < 20; i++) {
      const { code, isReplica, milliseconds } = await ask();
      expect([code, isReplica]).toEqual([undefined, false]);
      // Not even as long as one waits for a connection.
      expect(milliseconds).toBeLessThan(4_000);
    }
    for (const { code, milliseconds } of await Promise.all(early)) {
      expect([undefined, 'TIMEOUT', 'UNAVAILABLE']).toContain(code);
      expect(milliseconds).toBeLessThan(QUERY_TIMEOUT + 5_000);
    }

    await cluster.thawReplica();
    await until(async () => (await ask()).isReplica);
  });
});

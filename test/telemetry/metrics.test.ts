import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withClient } from '../../src/database/with-client.ts';
import { freePort } from '../helpers/free-port.ts';
import { liftLimits } from '../helpers/lift-limits.ts';
import { readMetrics } from '../helpers/read-metrics.ts';
import { openSocket } from '../helpers/socket-client.ts';
import { startServer } from '../helpers/start-server.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';
import { until } from '../helpers/until.ts';

/** A query that lasts until the test lets go of a lock, to fill the pool with. */
const WAITING = `
  create function app_public.rowgate_test_wait() returns integer language plpgsql stable as
    $$ begin perform pg_advisory_xact_lock_shared(1); return 1; end $$;
  grant execute on function app_public.rowgate_test_wait() to anonymous, webuser;
`;
const LOGIN = 'login(input: { username: "ada", password: "wrong" }) { result { rowId } }';

describe('METRICS_PORT', () => {
  let database: TestDatabase;
  let server: Awaited<ReturnType<typeof startServer>>;
  let url: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    await withClient(database.owner, (client) => client.query(WAITING));
    await liftLimits(database);
    const port = await freePort();
    url = `http://127.0.0.1:${port}/metrics`;
    server = await startServer(database.authenticator, {
      METRICS_PORT: String(port),
      RATE_LIMITS: 'on',
      RATE_LIMIT_REFRESHES: '1 in 10 minutes',
    });
  });
  afterAll(async () => {
    await server.close();
    await database.drop();
  });

  /** A request is counted when its answer has left, so the count may come a moment later. */
  async function expectCount(count: number, name: string, labels: Record<string, string>) {
    await until(async () => (await readMetrics(url)).sum(name, labels) >= count);
    expect((await readMetrics(url)).sum(name, labels)).toBe(count);
  }
  const operations = (type: string, operation: string, code: string, count: number) =>
    expectCount(count, 'rowgate_operations_total', { type, operation, code });
  const events = (event: string, outcome: string, count: number) =>
    expectCount(count, 'rowgate_account_events_total', { event, outcome });

  it('can say how many operations there were, by type, name and code', async () => {
    const client = server.client();
    await client.register('ada');
    await operations('mutation', 'Register', 'OK', 1);
    for (let i = 0; i < 7; i++) await client.graphql('query Mine { currentUser { username } }');
    await operations('query', 'Mine', 'OK', 7);
    await client.graphql('{ currentUser { username } }');
    await operations('query', 'anonymous operation', 'OK', 1);
    // Two errors of one code are one failed operation.
    await server
      .client()
      .graphql('query Denied { a: userEmails { nodes { rowId } } b: userEmails { nodes { rowId } } }');
    await operations('query', 'Denied', 'UNAUTHENTICATED', 1);
  });

  it('can say what was refused, and why', async () => {
    const client = server.client();
    await client.graphql('{ currentUser { username ');
    await operations('refused', 'anonymous operation', 'GRAPHQL_PARSE_FAILED', 1);
    await client.graphql('{ nothing }');
    await operations('refused', 'anonymous operation', 'GRAPHQL_VALIDATION_FAILED', 1);
    await client.graphql(`{ ${Array.from({ length: 40 }, (_, i) => `a${i}: __typename`).join(' ')} }`);
    await operations('refused', 'anonymous operation', 'QUERY_TOO_COMPLEX', 1);
    await client.post('x', { 'content-type': 'text/plain' });
    await operations('refused', 'anonymous operation', 'UNSUPPORTED_MEDIA_TYPE', 1);
    await client.post(`{"query": "${'x'.repeat(100_000)}"}`);
    await operations('refused', 'anonymous operation', 'PAYLOAD_TOO_LARGE', 1);
    await client.post({ query: '{ __typename }' }, { 'x-csrf-token': 'wrong' });
    await operations('refused', 'anonymous operation', 'EBADCSRFTOKEN', 1);
    await client.graphql('{ __typename }', {}, { authorization: 'Bearer nothing', cookie: '' });
    await operations('refused', 'anonymous operation', 'UNAUTHENTICATED', 1);
    const refresh = 'mutation { refreshTokens(input: { refreshToken: "no" }) { tokens { accessToken } } }';
    for (let i = 0; i < 3; i++) await client.graphql(refresh);
    await operations('refused', 'anonymous operation', 'RATE_LIMITED', 2);
    expect((await readMetrics(url)).text).not.toContain('HTTP_');
  });

  it('can say how logins and the like ended, however the document is written', async () => {
    const client = server.client();
    await client.graphql(`mutation { ${LOGIN} }`);
    await client.graphql(`mutation { again: ${LOGIN} }`);
    await client.graphql(`mutation { ... { ${LOGIN} } }`);
    await client.graphql(
      `mutation { ...F } fragment F on Mutation { ...G } fragment G on Mutation { ${LOGIN} }`,
    );
    await events('login', 'INVALID_CREDENTIALS', 4);
    await client.graphql(
      `mutation { ${LOGIN.replace(')', ') @skip(if: true)')} logout(input: {}) { result } }`,
    );
    await client.graphql(`mutation { a: ${LOGIN} b: ${LOGIN} }`);
    await events('login', 'INVALID_CREDENTIALS', 5);
    await events('login', 'TOO_MANY_ATTEMPTS', 1);
    await server.client().register('grace');
    const grace = server.client();
    await grace.login('grace', 'password of grace');
    await events('login', 'ok', 1);
  });

  it('can say how long operations took: as many as there were, in buckets that end with all', async () => {
    const { matching, sum } = await readMetrics(url);
    for (const type of ['query', 'mutation', 'refused']) {
      const count = sum('rowgate_operation_duration_seconds_count', { type });
      expect(count).toBeGreaterThan(0);
      const buckets = matching('rowgate_operation_duration_seconds_bucket', { type }).map(
        ({ value }) => value,
      );
      expect(buckets).toEqual(buckets.toSorted((a, b) => a - b));
      expect(buckets.at(-1)).toBe(count);
    }
    const total = sum('rowgate_operation_duration_seconds_count', { type: 'query' });
    expect(sum('rowgate_operations_total', { type: 'query' })).toBe(total);
  });

  it('can say how many connections are busy, and how many requests wait for one', async () => {
    const pool = async () => {
      const { sum } = await readMetrics(url);
      return (state: string) => sum('rowgate_pool_connections', { pool: 'data', state });
    };
    const clients = Array.from({ length: 14 }, () => server.client());
    await Promise.all(clients.map((client) => client.fetchCsrfToken()));
    await withClient(database.owner, async (owner) => {
      await owner.query('select pg_advisory_lock(1)');
      const answers = Promise.all(clients.map((client) => client.graphql('{ rowgateTestWait }')));
      await until(async () => {
        const state = await pool();
        // Notes of activity, from the tests before, may wait too.
        return state('busy') === 10 && state('waiting') >= 4;
      });
      await owner.query('select pg_advisory_unlock(1)');
      // Who has waited for too long, on a slow machine, has been told so.
      const served = (await answers).filter(({ data }) => data?.rowgateTestWait === 1);
      expect(served.length).toBeGreaterThanOrEqual(10);
    });
    await until(async () => {
      const state = await pool();
      return state('busy') === 0 && state('waiting') === 0 && state('idle') === 10;
    });
  });

  it('can say how many sockets of live queries are open', async () => {
    const open = async () => (await readMetrics(url)).sum('rowgate_sockets_open');
    expect((await readMetrics(url)).matching('rowgate_sockets_open')).toHaveLength(1);
    expect(await open()).toBe(0);
    const emmy = server.client();
    await emmy.register('emmy');
    const sockets = [openSocket(server, { as: emmy }), openSocket(server, { as: emmy })];
    try {
      for (const socket of sockets) await socket.watch().next();
      expect(await open()).toBe(2);
      await sockets[0]?.close();
      await until(async () => (await open()) === 1, 5_000);
    } finally {
      for (const socket of sockets) await socket.close();
    }
    await until(async () => (await open()) === 0, 5_000);
  });

  it('cannot be read where the public reads', async () => {
    const { status, text } = await server.client().request('get', '/metrics');
    expect(status).toBe(404);
    expect(text).not.toContain('rowgate_');
  });

  // Last, because it uses up the names.
  it('cannot be flooded by a client with names of its own, and holds nothing else that clients say', async () => {
    const client = server.client();
    await client.graphql(`query ${'Long'.repeat(5_000)} { __typename }`);
    for (let i = 0; i < 250; i++) await client.graphql(`query Canary${i} { __typename }`);
    await until(
      async () => (await readMetrics(url)).sum('rowgate_operations_total', { operation: 'other' }) > 40,
    );
    const { matching, text } = await readMetrics(url);
    const names = new Set(
      matching('rowgate_operations_total').map(({ labels }) => labels.operation as string),
    );
    expect(names.size).toBeLessThanOrEqual(201);
    expect(Math.max(...[...names].map((name) => name.length))).toBeLessThanOrEqual(64);
    for (const { labels } of matching('rowgate_operations_total'))
      expect(Object.keys(labels).sort()).toEqual(['code', 'operation', 'type']);
    expect(text).not.toMatch(/ada|grace|127\.0\.0\.1|password/);
  });
});

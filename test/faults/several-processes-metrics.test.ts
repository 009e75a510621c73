import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../helpers/free-port.ts';
import { type MailServer, startMailServer } from '../helpers/mail-server.ts';
import { readMetrics } from '../helpers/read-metrics.ts';
import { CHEAP, type RowgateProcess, startRowgate } from '../helpers/rowgate-process.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';
import { until } from '../helpers/until.ts';

const REQUESTS = 40;

describe('METRICS_PORT with WEB_CONCURRENCY=2', () => {
  let database: TestDatabase;
  let mail: MailServer;
  let everything: RowgateProcess;
  let origin: string;
  let metricsUrl: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    mail = await startMailServer();
    const [port, metricsPort] = [await freePort(), await freePort()];
    origin = `http://127.0.0.1:${port}`;
    metricsUrl = `http://127.0.0.1:${metricsPort}`;
    everything = startRowgate(['src/main.ts'], {
      ...CHEAP,
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
      WEB_CONCURRENCY: '2',
      DATABASE_URL: database.authenticator,
      DATABASE_OWNER_URL: database.owner,
      SMTP_URL: mail.url,
    });
    await everything.says('Rowgate answers at');
  });
  afterAll(async () => {
    await everything?.stop();
    await mail?.close();
    await database?.drop();
  });

  /** Each on a connection of its own, because the processes take turns by connection. */
  const ask = async (query: string) => {
    const response = await fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-auth-mode': 'token', connection: 'close' },
      body: JSON.stringify({ query }),
    });
    return response.json();
  };

  it('can be read in one place: the sum of the server processes, and the jobs of the worker beside them', async () => {
    for (let i = 0; i < REQUESTS; i++) await ask('query Everybody { currentUser { username } }');
    await until(async () => {
      const { sum } = await readMetrics(metricsUrl);
      return sum('rowgate_operations_total', { operation: 'Everybody', code: 'OK' }) === REQUESTS;
    });
    const { sum, matching } = await readMetrics(metricsUrl);
    expect(sum('rowgate_operation_duration_seconds_count', { type: 'query' })).toBe(REQUESTS);
    expect(matching('rowgate_pool_connections', { pool: 'data', state: 'waiting' })).toHaveLength(1);
    await until(async () => {
      const metrics = await readMetrics(metricsUrl);
      const idle = metrics.sum('rowgate_pool_connections', { pool: 'data', state: 'idle' });
      // Left out by a worker whose database does not answer within a second.
      const jobs = metrics.matching('rowgate_jobs_waiting').map(({ labels }) => labels.state);
      return idle >= 2 && isDeepStrictEqual(jobs.sort(), ['due', 'given up', 'later']);
    });

    await ask('mutation { forgotPassword(input: { email: "nobody@example.com" }) { result } }');
    const { to } = await mail.next();
    expect(to).toBe('nobody@example.com');
    await until(async () => {
      const { sum } = await readMetrics(metricsUrl);
      return sum('rowgate_jobs_total', { task: 'send_password_reset', outcome: 'ok' }) === 1;
    });
  });

  it('can be stopped in order', async () => {
    expect(await everything.stop()).toBe(0);
    await expect(fetch(metricsUrl)).rejects.toThrow();
  });
});

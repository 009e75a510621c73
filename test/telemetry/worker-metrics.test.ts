import { EventEmitter, once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Registry } from 'prom-client';
import { countJobs } from '../../worker/worker-metrics.ts';
import { freePort } from '../helpers/free-port.ts';
import { createTestDatabase } from '../helpers/test-database.ts';
import { until } from '../helpers/until.ts';

describe('the metrics of jobs', () => {
  /** The metrics' text, and how long it took to get. */
  async function read(pool: pg.Pool): Promise<{ text: string; milliseconds: number }> {
    const registry = new Registry();
    countJobs({ registry, pool, events: new EventEmitter() });
    const startedAt = performance.now();
    return { text: await registry.metrics(), milliseconds: performance.now() - startedAt };
  }

  it('can say how many wait, by what they wait for', async () => {
    const database = await createTestDatabase();
    const pool = new pg.Pool({ connectionString: database.owner, max: 1 });
    try {
      await pool.query(`
        select graphile_worker.add_job('prune'), graphile_worker.add_job('prune'),
          graphile_worker.add_job('prune', run_at := now() + interval '1 hour')`);
      await pool.query(`update graphile_worker._private_jobs set attempts = max_attempts
        where id = (select min(id) from graphile_worker._private_jobs)`);
      // A slow machine may take longer to count than metrics wait for.
      const text = await until(async () => {
        const answer = await read(pool);
        return answer.text.includes('rowgate_jobs_waiting{') && answer.text;
      });
      expect(text).toContain('rowgate_jobs_waiting{state="due"} 1');
      expect(text).toContain('rowgate_jobs_waiting{state="later"} 1');
      expect(text).toContain('rowgate_jobs_waiting{state="given up"} 1');
    } finally {
      await pool.end();
      await database.drop();
    }
  });

  it('can be read while the database is gone, or frozen: the rest of them, soon', async () => {
    const sockets = new Set<Socket>();
    const frozen = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
    await once(frozen, 'listening');
    try {
      for (const port of [await freePort(), (frozen.address() as AddressInfo).port]) {
        const pool = new pg.Pool({
          host: '127.0.0.1',
          port,
          user: 'nobody',
          connectionTimeoutMillis: 60_000,
        });
        const { text, milliseconds } = await read(pool);
        expect(text).toContain('rowgate_jobs_total');
        expect(text).not.toContain('rowgate_jobs_waiting{');
        // What Prometheus grants.
        expect(milliseconds).toBeLessThan(10_000);
      }
    } finally {
      for (const socket of sockets) socket.destroy();
      frozen.close();
    }
  });
});

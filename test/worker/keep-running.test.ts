import { EventEmitter } from 'node:events';
import { mock } from 'node:test';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Runner, WorkerEvents, WorkerPluginContext, WorkerPool } from 'graphile-worker';
import type pg from 'pg';
import { makeLogger } from '../../src/logger.ts';
import { startHeartbeat } from '../../worker/heartbeat.ts';
import { keepRunning } from '../../worker/keep-running.ts';
import { testConfig } from '../helpers/test-config.ts';
import { until } from '../helpers/until.ts';

const logger = makeLogger(testConfig());
const ctx = {} as WorkerPluginContext;
const workerPool = { id: 'the pool' } as WorkerPool;
/** Lets everything happen that waits for no timer. */
const settle = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

describe('a worker that has failed and never ends', () => {
  let events: WorkerEvents;
  beforeEach(() => {
    events = new EventEmitter();
    mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  });
  afterEach(() => mock.timers.reset());

  const fail = () =>
    events.emit('pool:fatalError', { ctx, workerPool, error: new Error('gone'), action: 'completeJobs' });
  async function pass(milliseconds: number): Promise<void> {
    mock.timers.tick(milliseconds);
    await settle();
  }

  it('can be replaced, and the one that replaces it as well', async () => {
    const start = jest.fn(
      async () => ({ promise: new Promise<void>(() => {}), stop: async () => {} }) as unknown as Runner,
    );
    const running = await keepRunning(start, { events, logger });
    for (const starts of [1, 2]) {
      await settle();
      await pass(3_600_000);
      fail();
      await pass(4_999);
      expect(start).toHaveBeenCalledTimes(starts);
      await pass(1);
      // After a pause of a second, whose timer cannot be mocked.
      await until(() => start.mock.calls.length > starts);
      expect(start).toHaveBeenCalledTimes(starts + 1);
    }
    fail();
    const stopped = running.stop();
    await pass(5_000);
    await stopped;
    expect(start).toHaveBeenCalledTimes(3);
  });

  it('cannot be said to live by its heartbeat, so that its jobs are taken back', async () => {
    const beats: unknown[] = [];
    const query = async (_: string, [ids]: [string[]]) => {
      beats.push(ids);
      return { rows: [{ dead: 0 }] };
    };
    const heartbeat = startHeartbeat({ pool: { query } as unknown as pg.Pool, events, logger });
    events.emit('pool:create', { ctx, workerPool });
    await pass(10_000);
    expect(beats).toEqual([['the pool'], ['the pool']]);
    fail();
    await pass(10_000);
    expect(beats.at(-1)).toEqual([]);
    await heartbeat.stop();
  });
});

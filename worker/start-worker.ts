import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import { run, type WorkerEvents, Logger as WorkerLogger } from 'graphile-worker';
import pg from 'pg';
import type { Registry } from 'prom-client';
import type { Config } from '../src/config.ts';
import type { Logger } from '../src/logger.ts';
import { startHeartbeat } from './heartbeat.ts';
import { keepRunning } from './keep-running.ts';
import { makeMailer } from './mailer.ts';
import { makeTaskList } from './tasks/index.ts';
import { countJobs } from './worker-metrics.ts';

export type RunningWorker = { stop(): Promise<void> };

/** Jobs that one process works on at the same time. They wait for SMTP servers most of the time. */
const CONCURRENCY = 4;

/** Runs jobs and scheduled tasks until stopped; `stop` lets the jobs in progress finish. Connects as the owner. */
export async function startWorker({
  config,
  logger,
  connectionString,
  registry,
}: {
  config: Config;
  logger: Logger;
  connectionString: string;
  /** Where jobs are counted; undefined: they are not. */
  registry?: Registry | undefined;
}): Promise<RunningWorker> {
  const pool = new pg.Pool({ connectionString, max: CONCURRENCY + 2, application_name: 'rowgate-worker' });
  pool.on('connect', (client) => client.on('error', () => {}));
  pool.on('error', (error) => logger.warn({ pool: 'worker', reason: error.message }, 'connection lost'));
  const mailer = makeMailer(config);

  const events: WorkerEvents = new EventEmitter();
  const heartbeat = startHeartbeat({ pool, events, logger });
  if (registry) countJobs({ registry, pool, events });

  const start = () =>
    run({
      pgPool: pool,
      events,
      taskList: makeTaskList({ config, mailer }),
      crontabFile: fileURLToPath(new URL('./crontab', import.meta.url)),
      concurrency: CONCURRENCY,
      // The process that runs us stops us, in its order.
      noHandleSignals: true,
      preset: {
        worker: {
          gracefulShutdownAbortTimeout: 10_000,
          // Not for speed: without a batch nobody handles the failure to write down how a job ended, and it ends the process.
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
        },
      },
      logger: new WorkerLogger((scope) => (level, message) => {
        // Its "info" is about every job; ours is about every request.
        const severity = level === 'warning' ? 'warn' : level === 'info' ? 'debug' : level;
        logger[severity]({ task: scope.taskIdentifier, job: scope.jobId }, message);
      }),
    });
  const runner = await keepRunning(start, { events, logger });

  return {
    async stop() {
      await runner.stop();
      await heartbeat.stop();
      mailer.close();
      await pool.end();
    },
  };
}

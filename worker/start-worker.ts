import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import { run, type WorkerEvents, Logger as WorkerLogger } from 'graphile-worker';
import pg from 'pg';
import type { Config } from '../src/config.ts';
import type { Logger } from '../src/logger.ts';
import { startHeartbeat } from './heartbeat.ts';
import { makeMailer } from './mailer.ts';
import { makeTaskList } from './tasks/index.ts';

export type RunningWorker = { stop(): Promise<void> };

/** Jobs that one process works on at the same time. They wait for SMTP servers most of the time. */
const CONCURRENCY = 4;

/** Runs jobs and scheduled tasks until stopped; `stop` lets the jobs in progress finish. Connects as the owner. */
export async function startWorker({
  config,
  logger,
  connectionString,
}: {
  config: Config;
  logger: Logger;
  connectionString: string;
}): Promise<RunningWorker> {
  const pool = new pg.Pool({ connectionString, max: CONCURRENCY + 2, application_name: 'rowgate-worker' });
  pool.on('connect', (client) => client.on('error', () => {}));
  pool.on('error', (error) => logger.warn({ pool: 'worker', reason: error.message }, 'connection lost'));
  const mailer = makeMailer(config);

  const workerIds = new Set<string>();
  const events: WorkerEvents = new EventEmitter();
  events.on('worker:create', ({ worker }) => workerIds.add(worker.workerId));
  events.on('worker:stop', ({ worker }) => workerIds.delete(worker.workerId));

  const runner = await run({
    pgPool: pool,
    events,
    taskList: makeTaskList({ config, mailer }),
    crontabFile: fileURLToPath(new URL('./crontab', import.meta.url)),
    concurrency: CONCURRENCY,
    // The process that runs us stops us, in its order.
    noHandleSignals: true,
    preset: { worker: { gracefulShutdownAbortTimeout: 10_000 } },
    logger: new WorkerLogger((scope) => (level, message) => {
      // Its "info" is about every job; ours is about every request.
      const severity = level === 'warning' ? 'warn' : level === 'info' ? 'debug' : level;
      logger[severity]({ task: scope.taskIdentifier, job: scope.jobId }, message);
    }),
  });
  const heartbeat = startHeartbeat({ pool, workerIds, logger });

  return {
    async stop() {
      await runner.stop();
      await heartbeat.stop();
      mailer.close();
      await pool.end();
    },
  };
}

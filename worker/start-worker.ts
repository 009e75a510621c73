import { fileURLToPath } from 'node:url';
import { type Runner, run, Logger as WorkerLogger } from 'graphile-worker';
import type { Config } from '../src/config.ts';
import type { Logger } from '../src/logger.ts';

const inThisFolder = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Runs jobs and scheduled tasks until stopped; `stop` lets the jobs in progress finish. Connects as the owner. */
export async function startWorker({
  logger,
  connectionString,
}: {
  config: Config;
  logger: Logger;
  connectionString: string;
}): Promise<Runner> {
  return run({
    connectionString,
    taskDirectory: inThisFolder('./tasks'),
    crontabFile: inThisFolder('./crontab'),
    concurrency: 4,
    // The process that runs us stops us, in its order.
    noHandleSignals: true,
    logger: new WorkerLogger((scope) => (level, message) => {
      const severity = level === 'warning' ? 'warn' : level;
      logger[severity === 'info' ? 'debug' : severity](
        { worker: scope.workerId, task: scope.taskIdentifier, job: scope.jobId },
        message,
      );
    }),
  });
}

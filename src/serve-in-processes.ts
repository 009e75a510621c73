import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { StartError } from './errors.ts';
import type { Logger } from './logger.ts';
import type { Undo } from './stop-on-signals.ts';

/** Milliseconds between the death of a process and its successor; doubled while successors fail to start. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Runs the server in several processes that share one port. A process that dies is replaced. Each reads the same
 * configuration; the database is handed on, because it may be the embedded one.
 *
 * @param undo what undoes it is added here: it passes the signal on, and waits for all of them.
 * @throws StartError `SERVER_FAILED` when a process ends before it listens; it has said why.
 */
export async function serveInProcesses(
  {
    count,
    databaseUrls,
    logger,
  }: { count: number; databaseUrls: { authenticator: string; owner: string }; logger: Logger },
  undo: Undo,
): Promise<void> {
  let isStopping = false;
  let isStarted = false;
  let pause = FIRST_PAUSE_MS;
  const environment = { DATABASE_URL: databaseUrls.authenticator, DATABASE_OWNER_URL: databaseUrls.owner };
  cluster.setupPrimary({ args: ['--server-only'] });

  const served = new WeakSet<Worker>();
  cluster.on('listening', (worker) => {
    served.add(worker);
    pause = FIRST_PAUSE_MS;
  });
  cluster.on('exit', (worker, code, signal) => {
    const failsTheStart = !isStarted && !served.has(worker);
    if (isStopping || failsTheStart) return;
    logger.error({ pid: worker.process.pid, code, signal, pause }, 'a server process died; starting another');
    setTimeout(() => {
      if (!isStopping) cluster.fork(environment);
    }, pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  });
  undo.push(async () => {
    isStopping = true;
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    await Promise.all(
      workers.map(async (worker) => {
        const gone = once(worker, 'exit');
        worker.process.kill('SIGTERM');
        await gone;
      }),
    );
  });

  await Promise.all(
    Array.from({ length: count }, async () => {
      const worker = cluster.fork(environment);
      const [event] = await Promise.race([
        once(worker, 'listening').then(() => ['listening']),
        once(worker, 'exit').then(() => ['exit']),
      ]);
      if (event === 'exit')
        throw new StartError(
          'SERVER_FAILED',
          'A server process ended before it could answer; what it said is above.',
        );
    }),
  );
  isStarted = true;
}

import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, type ProcessIdentity } from './process-identity.ts';

/**
 * Stops a server and waits until it is gone: first in order (sessions are ended, a checkpoint is written), after
 * 10 seconds at once. One that is gone already is fine.
 * @throws Error if it is alive after 15 seconds
 */
export async function stopServer(server: ProcessIdentity): Promise<void> {
  if (await endsBy('SIGINT', 10_000, server)) return;
  await quitServer(server);
}

/**
 * Stops a server at once; the next start repairs it from the write-ahead log.
 * @throws Error if it is alive after 5 seconds
 */
export async function quitServer(server: ProcessIdentity): Promise<void> {
  if (await endsBy('SIGQUIT', 5_000, server)) return;
  throw new Error(`PostgreSQL (pid ${server.pid}) did not stop; end it with kill -KILL ${server.pid}`);
}

async function endsBy(signal: NodeJS.Signals, patience: number, server: ProcessIdentity): Promise<boolean> {
  if (!(await isAlive(server))) return true;
  signalIfThere(server.pid, signal);
  for (const begun = Date.now(); Date.now() - begun < patience; await sleep(5)) {
    if (!(await isAlive(server))) return true;
  }
  return false;
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

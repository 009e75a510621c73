import { watchParent } from './watch-parent.ts';

/** Milliseconds after which a stop is forced; supervisors commonly wait 15 s or more. */
const SHUTDOWN_TIMEOUT_MS = 14_000;
/** Milliseconds within which further signals belong to the first: npm sends Ctrl-C on to a process that has it already. */
const SAME_SIGNAL_MS = 500;

/** What a process must undo before it ends, in the order in which it was done. */
export type Undo = Array<() => Promise<void>>;

/** Undoes everything, the last first. @returns whether all of it went well. */
export async function undoAll(undo: Undo): Promise<boolean> {
  let isClean = true;
  for (let step = undo.pop(); step; step = undo.pop()) {
    await step().catch((error: Error) => {
      isClean = false;
      console.error(`Could not stop cleanly: ${error.message}`);
    });
  }
  return isClean;
}

/**
 * At SIGINT, SIGTERM or SIGHUP, and in development when the npm script that runs this process ends, undoes what has been
 * done and exits: with 0, or with 1 if something failed or took too long. A second signal ends the process at once.
 *
 * @returns whether that has begun
 */
export function stopOnSignals(undo: Undo): { readonly hasBegun: boolean } {
  let begunAt: number | undefined;
  const stop = async () => {
    if (begunAt !== undefined) {
      if (performance.now() - begunAt > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    begunAt = performance.now();
    // The terminal may be gone; what is written to it then must not end the process before it has stopped.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
    setTimeout(() => process.exit(1), SHUTDOWN_TIMEOUT_MS).unref();
    process.exit((await undoAll(undo)) ? 0 : 1);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', () => {
    if (!isDetached()) void stop();
  });
  watchParent(() => void stop());
  return {
    get hasBegun() {
      return begunAt !== undefined;
    },
  };
}

/** A server in production without a terminal was started to outlive one, for example by `nohup`. */
function isDetached(): boolean {
  const hasTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
  return process.env.NODE_ENV === 'production' && !hasTerminal;
}

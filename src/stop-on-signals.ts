/** Milliseconds after which a stop is forced; supervisors commonly wait 15 s or more. */
const PATIENCE = 14_000;

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
 * At SIGINT or SIGTERM, undoes what has been done and exits: with 0, or with 1 if something failed or took too long. A
 * second signal ends the process at once.
 */
export function stopOnSignals(undo: Undo): void {
  let isStopping = false;
  const stop = async () => {
    if (isStopping) process.exit(1);
    isStopping = true;
    setTimeout(() => process.exit(1), PATIENCE).unref();
    process.exit((await undoAll(undo)) ? 0 : 1);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

import type { Logger } from './logger.ts';

/** Milliseconds after which a stop is forced; supervisors commonly wait 15 s or more. */
const PATIENCE = 14_000;

/**
 * Collects what a process must undo. At SIGINT or SIGTERM it is undone in the reverse order, and the process exits:
 * with 0, or with 1 if something failed or took too long. A second signal ends it at once.
 */
export function stopOnSignals(logger: Logger): Array<() => Promise<void>> {
  const steps: Array<() => Promise<void>> = [];
  let isStopping = false;

  const stop = async () => {
    if (isStopping) process.exit(1);
    isStopping = true;
    setTimeout(() => process.exit(1), PATIENCE).unref();
    let exitCode = 0;
    for (const undo of steps.reverse()) {
      await undo().catch((error: Error) => {
        exitCode = 1;
        logger.error({ reason: error.message }, 'did not stop cleanly');
      });
    }
    process.exit(exitCode);
  };

  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return steps;
}

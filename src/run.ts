import { StartError } from './errors.ts';
import { stopOnSignals, type Undo, undoAll } from './stop-on-signals.ts';

/**
 * Runs a command. An expected failure is one clear message, an unexpected one its stack; both undo what was done and
 * exit with 1, and so does a signal (with 0).
 *
 * @param command adds to `undo` what must be undone before the process ends.
 */
export async function run(command: (undo: Undo) => Promise<void>): Promise<void> {
  const undo: Undo = [];
  const stopping = stopOnSignals(undo);
  try {
    await command(undo);
  } catch (error) {
    // What a stop takes away makes the command fail; it ends the process itself.
    if (stopping.hasBegun) return;
    console.error(isExpected(error) ? error.message : error);
    await undoAll(undo);
    process.exit(1);
  }
}

/** Runs a command that ends by itself, and then undoes what it has added to `undo`. Otherwise like `run`. */
export function runOnce(command: (undo: Undo) => Promise<void>): Promise<void> {
  return run(async (undo) => {
    await command(undo);
    await undoAll(undo);
  });
}

/** Also options that a command does not have: `parseArgs` says which. */
const isExpected = (error: unknown): error is Error =>
  error instanceof StartError || /^ERR_PARSE_ARGS/.test((error as NodeJS.ErrnoException)?.code ?? '');

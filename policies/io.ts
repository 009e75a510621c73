import { inspect } from 'node:util';

/** What a command reads from and writes to; a test gives its own. */
export type Io = {
  env: NodeJS.ProcessEnv;
  /** Writes a line, or several, to standard output: the answer, for people or machines. */
  print(text: string): void;
  /** Writes to standard error: progress and failures, which must not spoil `--json`. */
  note(text: string): void;
};

/** The terminal, or whatever this process is connected to. */
export const processIo = (): Io => ({ env: process.env, print: console.log, note: console.error });

/** What to show of something thrown: a foreseen failure or a database's error is its message, a fault its stack. */
export function describeError(error: unknown): string {
  return error instanceof Error && ('code' in error || 'errno' in error) ? error.message : inspect(error);
}

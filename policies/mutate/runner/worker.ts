/** A process that runs test files one after another, as its parent asks. */
import { registerHooks } from 'node:module';
import type { RunRequest } from './messages.ts';

const globals = new URL('./jest-globals.ts', import.meta.url).href;
registerHooks({
  resolve: (specifier, context, nextResolve) =>
    specifier === '@jest/globals'
      ? { url: globals, format: 'module-typescript', shortCircuit: true }
      : nextResolve(specifier, context),
});
// After the hooks, so that what they load is resolved by them.
const { runFile } = await import('./run-file.ts');
const { StatementNames } = await import('./statement-names.ts');
const statements = new StatementNames();

// Ctrl-C reaches every process of the terminal; the parent decides what then happens.
process.on('SIGINT', () => {});
let isRunning = false;
let isEnding = false;
/** Leaves out the tests that have not begun; the clone is then dropped as after any run. */
const end = () => {
  isEnding = true;
  if (!isRunning) process.exit(0);
};
process.on('disconnect', end);
process.on('message', async (request: RunRequest | 'end') => {
  if (request === 'end') return end();
  isRunning = true;
  const result = await runFile(request, statements, () => isEnding);
  isRunning = false;
  if (isEnding) process.exit(0);
  process.send?.(result);
});
process.send?.('ready');

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
process.on('disconnect', () => process.exit(0));
process.on('message', async (request: RunRequest) => {
  process.send?.(await runFile(request, statements));
});
process.send?.('ready');

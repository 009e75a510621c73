import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Progress } from './progress.ts';

const FOLDER = fileURLToPath(new URL('./', import.meta.url));

/** Installs what only contestants here need, from the lock file beside this one, unless it is there already. */
export function installDependencies(progress: Progress): void {
  if (existsSync(`${FOLDER}node_modules/.package-lock.json`)) return;
  progress('Installing what other contestants are made of (once): npm ci in bench/');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: FOLDER,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

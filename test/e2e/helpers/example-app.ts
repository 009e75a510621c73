import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { until } from '../../helpers/until.ts';

export const EXAMPLE = fileURLToPath(new URL('../../../examples/notes/', import.meta.url));
const run = promisify(execFile);

/** Runs a script of the example's package.json. @throws Error with what it said, when it fails */
export async function npmRun(script: string, environment: Record<string, string> = {}): Promise<void> {
  const env = { ...process.env, ...environment };
  await run('npm', ['run', '--silent', script], { cwd: EXAMPLE, env }).catch((error) => {
    throw new Error(`npm run ${script} failed:\n${error.stdout}${error.stderr}`);
  });
}

/** Installs what the example needs, unless that has been done. */
export async function installExample(): Promise<void> {
  if (existsSync(`${EXAMPLE}node_modules`)) return;
  await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: EXAMPLE });
}

/** Serves the example until it is stopped: what was built, or with `vite` as for whoever works on it. */
export async function serveExample(
  script: 'preview' | 'dev',
  environment: { PORT: string; ROWGATE_URL: string },
): Promise<{ stop(): Promise<void> }> {
  const vite = spawn(
    process.execPath,
    ['node_modules/vite/bin/vite.js', ...(script === 'dev' ? [] : [script])],
    {
      cwd: EXAMPLE,
      env: { ...process.env, NODE_ENV: '', NO_COLOR: '1', ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let said = '';
  vite.stdout.on('data', (chunk) => {
    said += chunk;
  });
  await until(() => said.includes(`:${environment.PORT}`) || vite.exitCode !== null, 60_000);
  if (vite.exitCode !== null) throw new Error(`vite ended: ${said}`);
  return { stop: () => stop(vite) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = once(child, 'exit');
  child.kill();
  await gone;
}

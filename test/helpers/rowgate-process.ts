import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));

/** Settings of the machine that runs the test and not of the program, such as where its programs are. */
const { PATH, HOME, TMPDIR } = process.env;
const machine = Object.fromEntries(
  Object.entries({ PATH, HOME, TMPDIR }).filter((entry): entry is [string, string] => entry[1] !== undefined),
);

/** What a deployment sets, as cheap as a test wants it. */
export const CHEAP = {
  BCRYPT_COST: '4',
  RATE_LIMITS: 'off',
  LOG_LEVEL: 'info',
  ROOT_URL: 'http://localhost',
};

export type RowgateProcess = {
  child: ChildProcess;
  /** What it has said so far. */
  readonly output: string;
  /** Waits until it has said so. @throws Error when it ends before that */
  says(text: string): Promise<void>;
  /** Asks it to stop. @returns its exit code, or the signal that ended it */
  stop(): Promise<number | string>;
};

/**
 * Runs a program of this project as a process of its own, with these settings and nothing else in its environment.
 *
 * @param args for example `['src/main.ts', '--server-only']`
 * @param options.folder a copy of the project; by default this one
 */
export function startRowgate(
  args: string[],
  environment: Record<string, string>,
  { nodeArgs = [] as string[], folder = project } = {},
): RowgateProcess {
  const child = spawn(process.execPath, [...nodeArgs, '--import', './src/preflight.mjs', ...args], {
    cwd: folder,
    env: { ...machine, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  return {
    child,
    get output() {
      return output;
    },
    async says(text) {
      await until(() => output.includes(text) || hasEnded(), 60_000);
      if (!output.includes(text)) throw new Error(`It did not say "${text}":\n${output}`);
    },
    async stop() {
      if (!hasEnded()) {
        const exited = once(child, 'exit');
        child.kill('SIGTERM');
        await exited;
      }
      return child.exitCode ?? (child.signalCode as string);
    },
  };
}

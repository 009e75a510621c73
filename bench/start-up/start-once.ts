import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { Browser } from './browser.ts';

/** Milliseconds. */
export type Phase = { name: string; duration: number };
export type StartUp = { total: number; phases: Phase[] };

type Mark = { name: string; at: number };

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const PORT = '45678';
/** Milliseconds between two knocks at the door, and until nobody is expected to open any more. */
const BETWEEN_KNOCKS = 5;
const PATIENCE = 60_000;
/** As in a new clone, whatever the surroundings have set: empty values count as none. */
const NO_SETTINGS = {
  NODE_ENV: '',
  DATABASE_URL: '',
  DATABASE_OWNER_URL: '',
  ROOT_DATABASE_URL: '',
  ROOT_URL: '',
  SESSION_SECRET: '',
  BCRYPT_COST: '',
  HOST: '',
};

/** Runs `npm start` up to the first authenticated answer, and stops it. Without a browser, somebody registers first. */
export async function startOnce(
  dataDir: string,
  known?: Browser,
): Promise<{ startUp: StartUp; browser: Browser }> {
  const browser = known ?? new Browser(`http://localhost:${PORT}`);
  const marks: Mark[] = [{ name: 'npm, Node, modules', at: performance.now() }];
  const mark = (name: string) => marks.push({ name, at: performance.now() });

  const server = spawn('npm', ['--loglevel=error', 'start'], {
    cwd: PROJECT,
    env: { ...process.env, ...NO_SETTINGS, DATA_DIR: dataDir, PORT },
    stdio: ['ignore', 'pipe', 'inherit'],
    // Leads a group of its own, so that all of it can be told to stop.
    detached: true,
  });
  createInterface({ input: server.stdout! }).on('line', (line) => {
    const [, step] = /^[›✓] (.*)/.exec(stripVTControlCharacters(line)) ?? [];
    if (step) mark(step.startsWith('Rowgate answers') ? 'first answer' : step.replace(/ (in|as) .*/, ''));
  });

  try {
    await untilAnswered(server, () => (known ? known.askWhoIAm() : browser.register()));
    if (!known) {
      mark('first query');
      await browser.askWhoIAm();
    }
    return { browser, startUp: toStartUp(marks, performance.now()) };
  } finally {
    await stop(server);
  }
}

/** Tries again while nobody listens. @throws Error when the server has ended, or says no */
async function untilAnswered(server: ChildProcess, ask: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const isRefused = error instanceof TypeError;
      const isHopeless = server.exitCode !== null || performance.now() > deadline;
      if (!isRefused || isHopeless) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_KNOCKS));
  }
}

/** A phase lasts until the next one begins. */
function toStartUp(marks: Mark[], end: number): StartUp {
  const sorted = marks.toSorted((one, other) => one.at - other.at);
  const phases = sorted.map(({ name, at }, index) => ({
    name,
    duration: (sorted[index + 1]?.at ?? end) - at,
  }));
  return { total: end - sorted[0]!.at, phases };
}

/** Waits until everything that the start has started has ended. */
async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.pid === undefined) return;
  const closed = once(server, 'close');
  process.kill(-server.pid, 'SIGTERM');
  await closed;
}

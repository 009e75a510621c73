import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { readPostmaster } from '../../src/database/embedded/postmaster-file.ts';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres.ts';
import { freePort } from '../helpers/free-port.ts';
import { PRODUCTION } from '../helpers/production.ts';
import { runCommand } from '../helpers/run-command.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';
import { until } from '../helpers/until.ts';
import { childrenOf, signalAll } from './helpers/processes.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const { PATH = '', HOME = '' } = process.env;

let dataDir: string;
let environment: Record<string, string>;
/** What a test has started, ended after it whatever happens. */
const started = new Set<number>();

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'rowgate-orphans-'));
  await chmod(dataDir, 0o755);
  environment = { PATH, HOME, DATA_DIR: dataDir, NO_COLOR: '1', BCRYPT_COST: '4', LOG_LEVEL: 'error' };
  expect(await runCommand(['src/commands/migrate.ts'], environment)).toMatchObject({ code: 0 });
});
afterEach(() => {
  signalAll([...started], 'SIGKILL');
  started.clear();
});
afterAll(async () => {
  // Stops what a failed test has left.
  await (await startEmbeddedPostgres({ dataDir })).stop();
  await rm(dataDir, { recursive: true, force: true });
});

type Running = {
  child: ChildProcess;
  url: string;
  output: string;
  /** Npm or whatever was started, its shell, the server. */
  pids: number[];
  postgres: number | undefined;
};

/** Starts a program in a session of its own, and waits until it says that it is ready. */
async function start(
  command: string[],
  ready: string,
  settings: Record<string, string> = {},
): Promise<Running> {
  const port = String(await freePort());
  const child = spawn(command[0] as string, command.slice(1), {
    cwd: project,
    env: { ...environment, PORT: port, ROOT_URL: `http://localhost:${port}`, ...settings },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const running: Running = {
    child,
    url: `http://127.0.0.1:${port}`,
    output: '',
    pids: [],
    postgres: undefined,
  };
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      running.output += chunk;
    });
  started.add(child.pid as number);
  await until(() => running.output.includes(ready) || child.exitCode !== null, 60_000);
  expect(running.output).toContain(ready);
  running.pids = await descendants(child.pid as number);
  running.postgres = (await readPostmaster(join(dataDir, 'postgres')))?.pid;
  for (const pid of running.pids) started.add(pid);
  return running;
}

/** A process and all that it has started, but not what belongs to PostgreSQL. */
async function descendants(pid: number): Promise<number[]> {
  const postgres = (await readPostmaster(join(dataDir, 'postgres')))?.pid;
  const children = (await childrenOf(pid)).filter((child) => child !== postgres);
  return [pid, ...(await Promise.all(children.map(descendants))).flat()];
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The first of them may be a zombie until its exit is noticed. */
const expectAllGone = ({ pids, postgres }: Running) =>
  until(() => ![...pids.slice(1), ...(postgres ? [postgres] : [])].some(isAlive), 15_000);

describe('a program under npm in development', () => {
  const NPM = ['npm', 'run', '--silent'];

  it.each([
    ['start', 'SIGTERM'],
    ['start', 'SIGKILL'],
    ['start', 'SIGHUP'],
    ['server', 'SIGKILL'],
    ['dev', 'SIGTERM'],
    ['dev', 'SIGKILL'],
  ] as const)('npm run %s ends, with its PostgreSQL, when npm gets %s', async (script, signal) => {
    const running = await start([...NPM, script], 'Rowgate answers');
    expect(running.postgres).toBeDefined();
    signalAll([running.pids[0] as number], signal);
    await expectAllGone(running);
  });

  it.each(['SIGTERM', 'SIGKILL', 'SIGHUP'] as const)('ends when its shell gets %s', async (signal) => {
    const running = await start([...NPM, 'server'], 'Rowgate answers');
    // Without a shell of its own it is the server itself, which SIGKILL gives no time to stop PostgreSQL.
    expect(running.pids).toHaveLength(3);
    signalAll([running.pids[1] as number], signal);
    await expectAllGone(running);
  });

  it('ends as a worker and as a console too', async () => {
    for (const [script, ready] of [
      ['worker', 'The worker runs'],
      ['console', ''],
    ] as const) {
      const running = await start([...NPM, script], ready);
      if (!ready) running.child.stdin?.write('select 40 + 2 as answer;\n');
      await until(() => running.output.includes(ready || '42'));
      Object.assign(running, {
        pids: await descendants(running.child.pid as number),
        postgres: (await readPostmaster(join(dataDir, 'postgres')))?.pid,
      });
      expect(running.postgres).toBeDefined();
      signalAll([running.pids[0] as number], 'SIGKILL');
      await expectAllGone(running);
    }
  });

  it('ends when its terminal is closed', async () => {
    const running = await start(['script', '-qfc', 'npm run --silent dev', '/dev/null'], 'Rowgate answers');
    signalAll([running.pids[0] as number], 'SIGKILL');
    await expectAllGone(running);
  });

  it('ends in order at one Ctrl-C, which npm sends on as well', async () => {
    const running = await start([...NPM, 'dev'], 'Rowgate answers');
    const exited = once(running.child, 'exit');
    process.kill(-(running.child.pid as number), 'SIGINT');
    await exited;
    await expectAllGone(running);
  });

  it('ends with all of its processes', async () => {
    const running = await start([...NPM, 'server'], 'Rowgate answers', { WEB_CONCURRENCY: '2' });
    expect(running.pids.length).toBeGreaterThanOrEqual(5);
    signalAll([running.pids[0] as number], 'SIGKILL');
    await expectAllGone(running);
  });

  it('does not leave a PostgreSQL behind when it is stopped before it answers', async () => {
    const running = await start([...NPM, 'start'], 'Starting PostgreSQL');
    signalAll([running.pids[0] as number], 'SIGKILL');
    await until(
      async () => !(await readPostmaster(join(dataDir, 'postgres'))) && !running.pids.slice(1).some(isAlive),
    );
  });
});

it('a command that is interrupted stops the PostgreSQL that it has started', async () => {
  const migrating = await start(
    ['node', '--import', './src/preflight.mjs', 'src/commands/migrate.ts'],
    'Starting PostgreSQL',
  );
  migrating.child.kill('SIGTERM');
  await until(
    async () => migrating.child.exitCode !== null && !(await readPostmaster(join(dataDir, 'postgres'))),
  );
});

describe('what is not bound to npm', () => {
  let database: TestDatabase;
  let production: Record<string, string>;
  beforeAll(async () => {
    database = await createTestDatabase();
    const urls = { DATABASE_URL: database.authenticator, DATABASE_OWNER_URL: database.owner };
    production = { ...PRODUCTION, ...urls };
  });
  afterAll(() => database.drop());

  /** Several looks at the parent later it still answers. */
  async function expectToGoOn(url: string): Promise<void> {
    await delay(1_500);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  }

  it('goes on in production when npm has ended, and at SIGHUP without a terminal', async () => {
    const running = await start(['npm', 'run', '--silent', 'server'], 'Rowgate answers', production);
    const exited = once(running.child, 'exit');
    signalAll([running.pids[0] as number], 'SIGKILL');
    await exited;
    await expectToGoOn(running.url);
    signalAll(running.pids.slice(1), 'SIGHUP');
    await expectToGoOn(running.url);
  });

  it.each([
    ['setsid', 'setsid node --import ./src/preflight.mjs src/main.ts --server-only'],
    ['nohup', 'nohup npm run --silent server'],
  ])('goes on in development under %s when the shell that started it has ended', async (_, command) => {
    const script = { npm_lifecycle_event: 'dev' };
    // The shell waits for a line, so that the server sees it as its parent at first.
    const running = await start(['sh', '-c', `${command} & read line`], 'Rowgate answers', script);
    const exited = once(running.child, 'exit');
    running.child.stdin?.end('\n');
    await exited;
    await expectToGoOn(running.url);
  });
});

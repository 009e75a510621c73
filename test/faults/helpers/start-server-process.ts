import { type ChildProcess, spawn } from 'node:child_process';
import { freePort } from '../../helpers/free-port.ts';
import { HttpClient } from '../../helpers/http-client.ts';
import { until } from '../../helpers/until.ts';
import { endWith, isAlive } from './processes.ts';

export type ServerProcess = Awaited<ReturnType<typeof startServerProcess>>;
type Urls = { authenticator: string; owner: string };

/** Runs one of the project's programs as a process of its own, until it says that it is ready. */
async function startProcess(
  args: string[],
  environment: Record<string, string>,
  ready: string,
): Promise<{ child: ChildProcess; output(): string }> {
  const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  await until(() => output.includes(ready) || !isAlive(child));
  if (!isAlive(child)) throw new Error(`${args.join(' ')} ended:\n${output}`);
  return { child, output: () => output };
}

/** `npm run worker`, which sends its mails to `smtpUrl`. */
export function startWorkerProcess(urls: Urls, smtpUrl: string) {
  const environment = {
    DATABASE_URL: urls.authenticator,
    DATABASE_OWNER_URL: urls.owner,
    SMTP_URL: smtpUrl,
    ROOT_URL: 'http://localhost:5678',
  };
  return startProcess(['worker/main.ts'], environment, 'The worker runs');
}

/** `npm run server`, on a port of its own, which it keeps when it is started again. */
export async function startServerProcess(urls: Urls, environment: Record<string, string> = {}) {
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const start = () =>
    startProcess(
      ['src/main.ts', '--server-only'],
      {
        DATABASE_URL: urls.authenticator,
        DATABASE_OWNER_URL: urls.owner,
        PORT: port,
        ROOT_URL: url,
        RATE_LIMITS: 'off',
        LOG_LEVEL: 'error',
        ...environment,
      },
      'Rowgate answers',
    );
  let running = await start();

  /** The status of an address that is meant for supervisors, and how many milliseconds the answer took. */
  async function health(path: '/healthz' | '/readyz') {
    const startedAt = performance.now();
    const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(10_000) });
    const body = (await response.json()) as Record<string, string>;
    return { status: response.status, body, milliseconds: performance.now() - startedAt };
  }

  return {
    url,
    port: Number(port),
    health,
    client: (headers: Record<string, string> = {}) => new HttpClient(url, headers),
    get pid() {
      return running.child.pid as number;
    },
    get isAlive() {
      return isAlive(running.child);
    },
    /** What it has printed: its log, and what it says of its own end. */
    get output() {
      return running.output();
    },
    /** Ends it, and says with which code and after how many milliseconds. */
    end: (signal: NodeJS.Signals) => endWith(running.child, signal),
    async startAgain(): Promise<void> {
      running = await start();
    },
  };
}

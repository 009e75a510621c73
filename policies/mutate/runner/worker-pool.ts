import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FileRun, RunRequest } from './messages.ts';

/** Milliseconds for a test to end before its process is killed. */
const PATIENCE = 10_000;

export type RunFile = (request: RunRequest) => Promise<FileRun>;

/** Processes that run test files. */
export class WorkerPool {
  readonly #env: NodeJS.ProcessEnv;
  readonly #output: 'ignore' | 'inherit';
  #workers: ChildProcess[] = [];

  /**
   * @param env what the processes get beside this one's environment: where the databases are
   * @param output what becomes of what tests print; by default it is not for the reader of a report
   */
  constructor(env: NodeJS.ProcessEnv, output: 'ignore' | 'inherit' = 'ignore') {
    this.#env = env;
    this.#output = output;
  }

  /**
   * Works on every item, as many at a time as there are processes.
   *
   * @throws Error when a process ends by itself
   */
  async each<T>(items: T[], size: number, work: (item: T, run: RunFile) => Promise<void>): Promise<void> {
    const left = [...items];
    while (this.#workers.length < Math.min(size, items.length)) this.#workers.push(this.#start());
    await Promise.all(
      this.#workers.map(async (worker) => {
        for (let item = left.shift(); item !== undefined; item = left.shift())
          await work(item, (request) => ask(worker, request));
      }),
    );
  }

  /** Ends the processes: each after the test that it is at, so that it drops its clone. */
  async stop(): Promise<void> {
    const workers = this.#workers.filter(
      ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
    );
    this.#workers = [];
    await Promise.all(
      workers.map(async (worker) => {
        const ended = new Promise((resolve) => worker.once('exit', resolve));
        const patience = setTimeout(() => worker.kill('SIGKILL'), PATIENCE);
        worker.send('end', () => {});
        await ended;
        clearTimeout(patience);
      }),
    );
  }

  #start(): ChildProcess {
    return fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), [], {
      env: { ...process.env, NODE_ENV: 'test', ...this.#env },
      execArgv: ['--no-warnings'],
      stdio: ['ignore', this.#output, 'pipe', 'ipc'],
    });
  }
}

function ask(worker: ChildProcess, request: RunRequest): Promise<FileRun> {
  return new Promise((resolve, reject) => {
    let complaint = '';
    const listen = (chunk: Buffer) => {
      complaint = (complaint + chunk).slice(-2_000);
    };
    const settle = () => {
      worker.off('message', answer);
      worker.off('exit', fail);
      worker.stderr?.off('data', listen);
    };
    const answer = (message: FileRun | 'ready') => {
      if (message === 'ready') return;
      settle();
      resolve(message);
    };
    const fail = () => {
      settle();
      reject(new Error(`The process that ran ${request.file} has ended.\n${complaint}`.trim()));
    };
    if (worker.exitCode !== null || worker.signalCode !== null) return fail();
    worker.on('message', answer);
    worker.once('exit', fail);
    worker.stderr?.on('data', listen);
    worker.send(request);
  });
}

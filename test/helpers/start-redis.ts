import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from './free-port.ts';

/** A Redis of the test's own, on a port of its own, that keeps nothing on disk. The program `redis-server` has to be there. */
export async function startRedis() {
  const port = await freePort();
  let process: ChildProcess;

  async function start(): Promise<void> {
    process = spawn('redis-server', [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
    ]);
    let output = '';
    for await (const chunk of process.stdout!) {
      output += chunk;
      if (output.includes('Ready to accept connections')) return;
    }
    throw new Error(`redis-server did not start:\n${output}`);
  }
  async function stop(): Promise<void> {
    if (process.exitCode !== null || process.signalCode !== null) return;
    process.kill('SIGKILL');
    await once(process, 'exit');
  }

  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    stop,
    /** Stops it from answering, without closing its connections. */
    freeze: () => process.kill('SIGSTOP'),
    thaw: () => process.kill('SIGCONT'),
  };
}

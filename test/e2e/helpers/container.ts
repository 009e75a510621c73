import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Image } from './build-image.ts';

/** The number of the user `node` in Node's images. */
const USERS: Record<string, number> = { node: 1000 };

export type Container = ReturnType<typeof startContainer>;

/** Runs a command of an image as its user, in its folder, with its environment and nothing else. */
export function startContainer(image: Image, command: string[], environment: Record<string, string>) {
  const all = { PATH: join(image.root, 'usr/local/bin'), ...image.environment, ...environment };
  const run = (words: string[]) => spawnInside(image, words, all);
  const child = run([...image.entrypoint, ...command]);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  return {
    pid: child.pid as number,
    /** Its exit code, or the signal that ended it. */
    ended,
    hasEnded,
    get output() {
      return output;
    },
    /** Whether its health check succeeds. */
    async isHealthy(): Promise<boolean> {
      const [word, ...words] = image.healthcheck ?? [];
      if (word === undefined) throw new Error('The image has no health check.');
      const [code] = await once(run([word, ...words]), 'exit');
      return code === 0;
    },
    async stop(): Promise<number | string> {
      if (!hasEnded()) child.kill('SIGTERM');
      return ended;
    },
  };
}

function spawnInside(
  { root, workdir, user }: Image,
  [program, ...args]: string[],
  env: NodeJS.ProcessEnv,
): ChildProcess {
  const uid = user === undefined ? 0 : USERS[user];
  if (uid === undefined) throw new Error(`The test does not know the user ${user}.`);
  const asUser = process.getuid?.() === 0 ? { uid, gid: uid } : {};
  return spawn(join(root, 'usr/local/bin', program as string), args, {
    ...asUser,
    cwd: workdir,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

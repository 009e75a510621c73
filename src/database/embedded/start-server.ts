import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askServer } from './ask-server.ts';
import type { DataLayout } from './data-layout.ts';
import type { Binaries } from './find-binaries.ts';
import type { ServerProcess } from './find-running-server.ts';
import { type OsUser, runAs } from './os-user.ts';
import { readPostmaster } from './postmaster-file.ts';
import { processIdentity } from './process-identity.ts';
import { serverEnvironment } from './run-program.ts';
import { openServerLog, readServerLog } from './server-log.ts';
import { type StartFailure, startFailure } from './start-failure.ts';
import { quitServer } from './stop-server.ts';

export type ServerStart = {
  binaries: Binaries;
  layout: DataLayout;
  user: OsUser | undefined;
  port: number;
  rootPassword: string;
  settings: Record<string, string>;
};

/**
 * Starts a server on 127.0.0.1 alone, without a socket file, and waits until it answers to our password, however
 * long it recovers from a crash.
 * @returns the server, or why there is none now
 */
export async function startServer(start: ServerStart): Promise<ServerProcess | StartFailure> {
  const { binaries, layout, user, port, settings } = start;
  const log = await openServerLog(layout);
  const all = { ...settings, listen_addresses: '127.0.0.1', unix_socket_directories: '', port: String(port) };
  const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // A session of its own: Ctrl-C in the terminal must reach only Node, which still needs the server to stop in order.
  const child = spawn(join(binaries.root, 'bin', 'postgres'), ['-D', layout.cluster, ...options], {
    ...runAs(user),
    cwd: '/',
    env: serverEnvironment,
    stdio: ['ignore', log.file.fd, log.file.fd],
    detached: true,
  });
  let ended = false;
  let error: Error | undefined;
  child.once('exit', () => {
    ended = true;
  });
  child.once('error', (cause) => {
    error = cause;
  });
  child.unref();
  await log.file.close();
  while (!ended && !error) {
    const postmaster = await readPostmaster(layout.cluster);
    const server = postmaster?.ready && postmaster.pid === child.pid && (await processIdentity(child.pid));
    if (server) {
      const answer = await askServer(port, start.rootPassword);
      if (answer.dataDirectory !== undefined) return { ...server, port };
      // In a crash loop it may not notice a polite request.
      await quitServer(server);
      if (answer.code === '28P01') return { kind: 'password', line: answer.message };
      break;
    }
    await sleep(4);
  }
  return error ? { kind: 'other', line: error.message } : startFailure(await readServerLog(layout, log.from));
}

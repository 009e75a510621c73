import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from '../../errors.ts';
import { askServer } from './ask-server.ts';
import { type Credentials, credentialsInvalid } from './credentials.ts';
import type { DataLayout } from './data-layout.ts';
import { readPostmaster } from './postmaster-file.ts';
import { type ProcessIdentity, processIdentity, programName } from './process-identity.ts';

/** A server that answers on 127.0.0.1. */
export type ServerProcess = ProcessIdentity & { port: number };

/** How long, in milliseconds, a live server may stay silent: when it calls itself ready, and when it does not. */
const patience = { ready: 15_000, notReady: 60_000 };

/**
 * The server that already runs on this data folder and answers to our password. One that is just starting is
 * waited for, one that is stopping is outwaited. Undefined if none runs.
 * @throws StartError CREDENTIALS_INVALID, SERVER_SILENT
 */
export async function findRunningServer(
  layout: DataLayout,
  credentials: Credentials,
): Promise<ServerProcess | undefined> {
  for (const begun = Date.now(); ; await sleep(20)) {
    const postmaster = await readPostmaster(layout.cluster);
    const server = postmaster && (await liveServer(postmaster.pid, layout.cluster));
    if (!postmaster || !server) return undefined;
    const answer = await askServer(postmaster.port, credentials.passwords.root);
    if (answer.dataDirectory !== undefined) {
      const ours = await isSameFolder(answer.dataDirectory, layout.cluster);
      return ours ? { ...server, port: postmaster.port } : undefined;
    }
    if (answer.code === '28P01') throw credentialsInvalid(layout, 'does not fit that database');
    if (Date.now() - begun > (postmaster.ready ? patience.ready : patience.notReady)) {
      throw new StartError(
        'SERVER_SILENT',
        `A PostgreSQL server (pid ${server.pid}) runs on ${layout.cluster} but does not answer ` +
          `(${answer.message}); end it (kill -QUIT ${server.pid}; kill -CONT ${server.pid}) and start again.`,
      );
    }
  }
}

/**
 * The process named in `postmaster.pid`, if it is a server on this folder. After a reboot the number may belong
 * to any process, for which PostgreSQL would refuse to start: then the file is removed. That is done only on
 * proof, because two servers on one folder destroy it.
 */
async function liveServer(pid: number, cluster: string): Promise<ProcessIdentity | undefined> {
  const identity = await processIdentity(pid);
  if (!identity) return undefined;
  const standsIn = process.platform === 'linux' ? `/proc/${pid}/cwd` : undefined;
  const folder = standsIn && (await stat(standsIn).catch(() => undefined));
  const name = await programName(pid);
  // A server stands in its data folder from before it writes the file until it ends.
  const proven = folder
    ? !(await isSameFolder(standsIn, cluster))
    : name !== undefined && !/^postgres/.test(name);
  if (!proven) return identity;
  await rm(join(cluster, 'postmaster.pid'), { force: true });
  return undefined;
}

/** A folder that is gone counts as the same: the checkout was moved while its server ran on. */
async function isSameFolder(path: string, cluster: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  const ours = await stat(cluster);
  return !found || (found.dev === ours.dev && found.ino === ours.ino);
}

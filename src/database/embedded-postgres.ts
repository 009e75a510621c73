import { resolve } from 'node:path';
import { StartError } from '../errors.ts';
import { choosePlace, type Place } from './embedded/choose-place.ts';
import { credentialsInvalid, newCredentials, readCredentials } from './embedded/credentials.ts';
import { fileFailure } from './embedded/file-failure.ts';
import { findRunningServer, type ServerProcess } from './embedded/find-running-server.ts';
import { hasCluster } from './embedded/has-cluster.ts';
import { becomeOwner, liveOwner, resignAsOwner } from './embedded/server-owner.ts';
import { startFresh } from './embedded/start-fresh.ts';
import { withStartLock } from './embedded/start-lock.ts';
import { stopServer } from './embedded/stop-server.ts';

export type EmbeddedPostgres = {
  /** superuser URL with password, database `postgres`, on 127.0.0.1 */
  rootUrl: string;
  /** where the data really lie; not the folder asked for if root's server could not get there */
  dataDir: string;
  /** random, made at first start and kept with the data: the superuser's, and those of roles yet to be made */
  passwords: { root: string; owner: string; authenticator: string };
  /** whether `stop` stops the server; not if another live process started it first */
  owned: boolean;
  /** stops the server in order, at once after 10 s; does nothing if it is another process's */
  stop(): Promise<void>;
};

type Options = {
  /** made if need be; `dataLayout` describes what comes to lie in it */
  dataDir: string;
  /** further server settings, such as `fsync: 'off'` for tests; ignored when the server runs already */
  settings?: Record<string, string>;
  /** told what happens, in a line for people without secrets */
  onProgress?: (message: string) => void;
};

/**
 * Starts the PostgreSQL that npm installed, or takes over the one that a killed process left behind, or joins
 * the one of another live process. Linux and macOS. Never deletes data.
 * @throws StartError (codes at the functions called here) for everything that was foreseen
 */
export async function startEmbeddedPostgres(options: Options): Promise<EmbeddedPostgres> {
  const { settings = {}, onProgress = () => undefined } = options;
  if (process.platform === 'win32') {
    throw new StartError(
      'PLATFORM_UNSUPPORTED',
      'The embedded PostgreSQL does not run on Windows; use WSL, or set DATABASE_URL to a PostgreSQL of your own.',
    );
  }
  const asked = resolve(options.dataDir);
  try {
    const place = await choosePlace(asked, onProgress);
    return await withStartLock(place.layout.lock, 60_000, () => start(place, settings, onProgress));
  } catch (error) {
    throw fileFailure(error, asked);
  }
}

async function start(
  place: Place,
  settings: Record<string, string>,
  onProgress: (message: string) => void,
): Promise<EmbeddedPostgres> {
  const { layout } = place;
  const made = await hasCluster(layout);
  const known = await readCredentials(layout);
  if (made && !known) throw credentialsInvalid(layout, 'is missing');
  const credentials = known ?? (await newCredentials());

  const running = made ? await findRunningServer(layout, credentials) : undefined;
  const owner = running && (await liveOwner(layout.owner));
  if (owner) onProgress(`Joining the PostgreSQL on port ${running.port} that process ${owner.pid} started`);
  else if (running)
    onProgress(`Taking over the PostgreSQL on port ${running.port} that a killed process left`);
  const server = running ?? (await startFresh(place, credentials, settings, onProgress));
  if (!owner) await ownOrStop(place, server);
  const { passwords } = credentials;
  let stopping: Promise<void> | undefined;
  return {
    rootUrl: `postgres://postgres:${passwords.root}@127.0.0.1:${server.port}/postgres`,
    dataDir: layout.dataDir,
    passwords,
    owned: !owner,
    async stop() {
      if (!owner) stopping ??= stop(place, server);
      await stopping;
    },
  };
}

async function ownOrStop({ layout }: Place, server: ServerProcess): Promise<void> {
  try {
    await becomeOwner(layout.owner);
  } catch (error) {
    await stopServer(server);
    throw error;
  }
}

/** Under the lock, so that a process that starts meanwhile does not join a server about to go. */
async function stop({ layout }: Place, server: ServerProcess): Promise<void> {
  let begun = false;
  const work = async () => {
    begun = true;
    await stopServer(server);
    await resignAsOwner(layout.owner);
  };
  try {
    await withStartLock(layout.lock, 2_000, work);
  } catch (error) {
    // Somebody else's long start, or a deleted data folder, must not keep the server alive.
    if (begun) throw error;
    await work();
  }
}

import { checkCluster } from './check-cluster.ts';
import type { Place } from './choose-place.ts';
import { type Credentials, saveCredentials } from './credentials.ts';
import { findBinaries } from './find-binaries.ts';
import type { ServerProcess } from './find-running-server.ts';
import { hasCluster } from './has-cluster.ts';
import { flushCluster, initCluster } from './init-cluster.ts';
import { launchServer } from './launch-server.ts';
import { placeBinaries } from './place-binaries.ts';
import { serverVersion } from './server-version.ts';

/**
 * Starts a server where none runs, and makes the cluster first if there is none.
 * @throws StartError, as all it calls do
 */
export async function startFresh(
  { layout, user }: Place,
  credentials: Credentials,
  settings: Record<string, string>,
  onProgress: (message: string) => void,
): Promise<ServerProcess> {
  const binaries = await placeBinaries(await findBinaries(), user, onProgress);
  const version = await serverVersion(binaries, user);
  const made = await hasCluster(layout);
  if (made) {
    await checkCluster(layout, user, version);
  } else {
    onProgress(`Making a database cluster in ${layout.dataDir}`);
    // Saved before the cluster that they open exists: a kill in between costs nothing.
    await saveCredentials(layout, credentials);
    await initCluster(binaries, layout, user, credentials.passwords.root);
  }
  const as = user ? ` as OS user ${user.name}` : '';
  onProgress(`Starting PostgreSQL ${version}${as}`);
  const server = await launchServer({ binaries, layout, user, settings }, credentials, onProgress);
  if (!made && settings.fsync !== 'off') flushCluster(binaries, layout, user);
  return server;
}

import { setTimeout as sleep } from 'node:timers/promises';
import { type Credentials, saveCredentials } from './credentials.ts';
import { findRunningServer, type ServerProcess } from './find-running-server.ts';
import { freePort, isFree } from './free-port.ts';
import { startFailureError } from './start-failure.ts';
import { type ServerStart, startServer } from './start-server.ts';

/** How long a server that is going away may stand in the way of a new one, in milliseconds. */
const patience = 10_000;

/**
 * Starts a server on the remembered port, or on another one if that is taken, which is then remembered.
 * @throws StartError of `startFailureError`
 */
export async function launchServer(
  start: Omit<ServerStart, 'port' | 'rootPassword'>,
  credentials: Credentials,
  onProgress: (message: string) => void,
): Promise<ServerProcess> {
  for (const begun = Date.now(); ; await sleep(50)) {
    let { port } = credentials;
    if (!(await isFree(port))) {
      port = await freePort();
      onProgress(`Port ${credentials.port} is taken; PostgreSQL moves to ${port}`);
      credentials.port = port;
      await saveCredentials(start.layout, credentials);
    }
    const started = await startServer({ ...start, port, rootPassword: credentials.passwords.root });
    if ('pid' in started) return started;
    const passing = started.kind === 'port' || started.kind === 'busy';
    if (!passing || Date.now() - begun > patience) throw startFailureError(start.layout, started);
    // What stood in the way may be a server of ours that had not yet written its file when we looked.
    const other = await findRunningServer(start.layout, credentials);
    if (other) return other;
  }
}

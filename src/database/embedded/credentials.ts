import { randomBytes, randomUUID } from 'node:crypto';
import { chown, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { StartError } from '../../errors.ts';
import type { DataLayout } from './data-layout.ts';
import { freePort } from './free-port.ts';

/** What the data folder remembers between starts. */
export type Credentials = {
  /** the TCP port on 127.0.0.1 */ port: number;
  passwords: { root: string; owner: string; authenticator: string };
};

/** New passwords of 192 random bits each (URL-safe characters only) and a free port. */
export async function newCredentials(): Promise<Credentials> {
  const password = () => randomBytes(24).toString('base64url');
  return {
    port: await freePort(),
    passwords: { root: password(), owner: password(), authenticator: password() },
  };
}

/**
 * Reads what `saveCredentials` wrote; undefined if there is no such file.
 * @throws StartError CREDENTIALS_INVALID if it is damaged
 */
export async function readCredentials(layout: DataLayout): Promise<Credentials | undefined> {
  const text = await readFile(layout.credentials, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const found = parse(text);
  const { root, owner, authenticator } = found.passwords ?? {};
  if (!Number.isInteger(found.port) || !root || !owner || !authenticator) {
    throw credentialsInvalid(layout, 'is damaged');
  }
  return { port: found.port!, passwords: { root, owner, authenticator } };
}

/** Writes them so that a kill in the middle leaves either the old file or the new one. */
export async function saveCredentials(layout: DataLayout, credentials: Credentials): Promise<void> {
  const draft = `${layout.credentials}.${randomUUID()}`;
  try {
    await writeFile(draft, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600, flush: true });
    // After one start with sudo, the ordinary user who owns the folder must still be able to read them.
    const folder = await stat(layout.dataDir);
    if (process.getuid?.() === 0 && folder.uid !== 0) await chown(draft, folder.uid, folder.gid);
    await rename(draft, layout.credentials);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** The error for data whose passwords are missing, damaged or of another data folder. */
export function credentialsInvalid(layout: DataLayout, what: string): StartError {
  return new StartError(
    'CREDENTIALS_INVALID',
    `${layout.credentials}, which holds the passwords of the database in ${layout.cluster}, ${what}; restore ` +
      `it, or move ${layout.dataDir} away to begin with an empty database.`,
  );
}

function parse(text: string): { port?: number; passwords?: Partial<Credentials['passwords']> } {
  try {
    return (JSON.parse(text) as object | null) ?? {};
  } catch {
    return {};
  }
}

import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { StartError } from '../../errors.ts';

/** An account of the operating system, by number. */
export type OsUser = { name: string; uid: number; gid: number };

/**
 * Whom the server runs as when this process is root, which PostgreSQL refuses to be: the account that already
 * owns the data, else `postgres`, else `nobody`. Undefined for an ordinary user, who runs it himself.
 * @param cluster PostgreSQL's data folder, which may not exist yet
 * @throws StartError OS_USER_MISSING
 */
export async function serverUser(cluster: string): Promise<OsUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(cluster).catch(() => undefined);
  if (owner && owner.uid !== 0) {
    const name = (await askId('-un', String(owner.uid))) ?? String(owner.uid);
    return { name, uid: owner.uid, gid: owner.gid };
  }
  for (const name of ['postgres', '_postgres', 'nobody']) {
    const uid = Number(await askId('-u', name)) >>> 0;
    const gid = Number(await askId('-g', name)) >>> 0;
    if (uid && gid) return { name, uid, gid };
  }
  throw new StartError(
    'OS_USER_MISSING',
    'PostgreSQL does not run as root and there is no OS user postgres or nobody; create one (useradd --system ' +
      'postgres), or run Rowgate as an ordinary user.',
  );
}

/** Spawn options that make a child run as that user. */
export function runAs(user: OsUser | undefined): { uid?: number; gid?: number } {
  // Node takes 32-bit signed ids, and macOS's nobody is 4294967294, which is -2.
  return user ? { uid: user.uid | 0, gid: user.gid | 0 } : {};
}

async function askId(what: string, user: string): Promise<string | undefined> {
  const answer = await promisify(execFile)('id', [what, user]).catch(() => undefined);
  return answer?.stdout.trim();
}

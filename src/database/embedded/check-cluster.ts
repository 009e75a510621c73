import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../../errors.ts';
import { chownTree } from './chown-tree.ts';
import type { DataLayout } from './data-layout.ts';
import type { OsUser } from './os-user.ts';

/**
 * Makes sure that data which exist can be tried: they are of this major version, and no longer root's, as after
 * `cp -r` by root. Damage is left to the server itself to find.
 * @param version the programs' version, for example `18.4`
 * @throws StartError DATA_OTHER_VERSION
 */
export async function checkCluster(layout: DataLayout, user: OsUser | undefined, version: string) {
  const made = await readFile(join(layout.cluster, 'PG_VERSION'), 'utf8').catch(() => '');
  const major = Number.parseInt(version, 10);
  if (/^\d+\s*$/.test(made) && Number(made) !== major) {
    throw new StartError(
      'DATA_OTHER_VERSION',
      `The data in ${layout.cluster} were made by PostgreSQL ${made.trim()} and cannot be read by ${version}; ` +
        `dump them with PostgreSQL ${made.trim()}, or move ${layout.dataDir} away to begin with an empty database.`,
    );
  }
  if (user && (await stat(layout.cluster)).uid === 0) await chownTree(layout.cluster, user);
}

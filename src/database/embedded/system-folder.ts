import { createHash } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from './exists.ts';
import { makeFolder } from './make-folder.ts';

/** Where root keeps what cannot lie in a checkout that only root may enter. */
export const systemFolder = '/var/lib/rowgate';

/** Makes a folder if need be, and lets everybody through, whatever the umask. */
export async function makeSystemFolder(folder: string): Promise<void> {
  await makeFolder(folder);
  await chmod(folder, 0o755);
}

/**
 * Makes a folder below `parent` to stand for another one: its name is a short hash of the other's path. Where
 * that name is taken, the data of an earlier folder of the same path lie there, and a number is added.
 */
export async function newSystemFolder(parent: string, standsFor: string): Promise<string> {
  await makeSystemFolder(parent);
  const name = createHash('sha256').update(standsFor).digest('hex').slice(0, 8);
  let folder = join(parent, name);
  for (let number = 2; await exists(folder); number += 1) folder = join(parent, `${name}-${number}`);
  await makeSystemFolder(folder);
  return folder;
}

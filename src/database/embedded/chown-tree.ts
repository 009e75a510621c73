import { chown, lchown, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { OsUser } from './os-user.ts';

/** Gives a folder and all that is in it to that user; links are given, not followed. */
export async function chownTree(folder: string, user: OsUser): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    await lchown(join(entry.parentPath, entry.name), user.uid, user.gid);
  }
  await chown(folder, user.uid, user.gid);
}

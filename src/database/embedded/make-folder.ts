import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it; one that exists is fine. Node's own recursive `mkdir` is not used because
 * it calls a read-only disk ENOENT, and never returns where nothing can be made, as in `/proc`.
 * @throws the system's error, EEXIST if a file is in its place
 */
export async function makeFolder(folder: string): Promise<void> {
  const error = await tryMake(folder);
  if (error?.code !== 'ENOENT' || dirname(folder) === folder) {
    if (error) throw error;
    return;
  }
  await makeFolder(dirname(folder));
  const again = await tryMake(folder);
  if (again) throw again;
}

async function tryMake(folder: string): Promise<NodeJS.ErrnoException | undefined> {
  try {
    await mkdir(folder);
    return undefined;
  } catch (error) {
    const found = await stat(folder).catch(() => undefined);
    return found?.isDirectory() ? undefined : (error as NodeJS.ErrnoException);
  }
}

import { constants } from 'node:fs';
import { access, chmod, cp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { closedTo } from './closed-to.ts';
import type { Binaries } from './find-binaries.ts';
import type { OsUser } from './os-user.ts';
import { serverVersion } from './server-version.ts';
import { withStartLock } from './start-lock.ts';
import { makeSystemFolder, systemFolder } from './system-folder.ts';

/**
 * The same programs where `user` can run them: as they are if he can reach them, else as a copy (60 MB, made
 * once for each version) in a subfolder of `parent`, which may be deleted whenever no server runs from it.
 * @throws StartError as `serverVersion` does
 */
export async function placeBinaries(
  binaries: Binaries,
  user: OsUser | undefined,
  onProgress: (message: string) => void,
  parent: string = systemFolder,
): Promise<Binaries> {
  const closed = user && (await firstClosed(user, binaries.root));
  if (!closed) return binaries;
  await makeSystemFolder(parent);
  const copy = { ...binaries, root: join(parent, binaries.label) };
  await withStartLock(`${copy.root}.lock`, 60_000, async () => {
    if (await runs(copy, user)) return;
    // A copy of programs that lack their libraries would never run: say so before it is made.
    await serverVersion(binaries, undefined);
    onProgress(`Copying PostgreSQL to ${copy.root}, because OS user ${user.name} may not enter ${closed}`);
    await copyAtOnce(binaries.root, copy.root);
  });
  return copy;
}

/** npm makes all of the package under one umask, so one file of each kind stands for its neighbours. */
async function firstClosed(user: OsUser, root: string): Promise<string | undefined> {
  for (const file of ['bin/postgres', 'lib/postgresql/plpgsql.so', 'share/postgresql/postgres.bki']) {
    const path = join(root, file);
    const there = await access(path).then(
      () => true,
      () => false,
    );
    const closed = there ? await closedTo(user, path) : undefined;
    if (closed) return closed;
  }
  return undefined;
}

async function runs(binaries: Binaries, user: OsUser): Promise<boolean> {
  return serverVersion(binaries, user).then(
    () => true,
    () => false,
  );
}

async function copyAtOnce(from: string, to: string): Promise<void> {
  const draft = `${to}.draft`;
  await rm(draft, { recursive: true, force: true });
  await cp(from, draft, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
  await openToAll(draft);
  await rm(to, { recursive: true, force: true });
  await rename(draft, to);
}

async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const executable = entry.isDirectory() || entry.parentPath.endsWith('/bin');
    if (!entry.isSymbolicLink()) await chmod(join(entry.parentPath, entry.name), executable ? 0o755 : 0o644);
  }
}

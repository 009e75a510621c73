import { chmod, realpath, stat } from 'node:fs/promises';
import { StartError } from '../../errors.ts';
import { closedTo } from './closed-to.ts';
import { type DataLayout, dataLayout } from './data-layout.ts';
import { exists } from './exists.ts';
import { hasCluster } from './has-cluster.ts';
import { makeFolder } from './make-folder.ts';
import { notedElsewhere, noteElsewhere } from './noted-elsewhere.ts';
import { type OsUser, serverUser } from './os-user.ts';
import { withStartLock } from './start-lock.ts';
import { makeSystemFolder, newSystemFolder, systemFolder } from './system-folder.ts';

export type Place = { layout: DataLayout; user: OsUser | undefined };

/**
 * Decides where the data lie and whom the server runs as. The folder asked for it is, unless this process is
 * root and the server's user cannot get there: then a new folder below `parent`, noted in the one asked for, so
 * that every later start finds it. Who removes the folder asked for begins anew; the old data stay elsewhere.
 * @throws StartError DATA_UNREACHABLE if data exist where that user cannot get any more, OS_USER_MISSING
 */
export async function choosePlace(
  asked: string,
  onProgress: (message: string) => void,
  parent: string = systemFolder,
): Promise<Place> {
  await makeFolder(asked);
  const here = dataLayout(await realpath(asked));
  return withStartLock(here.lock, 60_000, async () => {
    const noted = await notedElsewhere(here);
    const layout = noted ? await openNoted(noted, here, onProgress) : here;
    const user = await serverUser(layout.cluster);
    const closed = user && !noted ? await closedDataFolder(user, here.dataDir) : undefined;
    if (!user || !closed) return { layout, user };
    if (await hasCluster(here)) throw dataUnreachable(here, user, closed);
    const moved = dataLayout(await newSystemFolder(parent, here.dataDir));
    await noteElsewhere(here, moved.dataDir, closed);
    onProgress(`Data folder: ${moved.dataDir}, because OS user ${user.name} may not enter ${closed}`);
    return { layout: moved, user };
  });
}

async function openNoted(noted: string, here: DataLayout, onProgress: (message: string) => void) {
  const gone = !(await exists(noted));
  await makeSystemFolder(noted);
  onProgress(`Data folder: ${noted}, as ${here.elsewhere} says${gone ? '; it is gone and begins anew' : ''}`);
  return dataLayout(await realpath(noted));
}

/** The data folder itself is ours to open: a strict umask may have closed it when it was made. */
async function closedDataFolder(user: OsUser, dataDir: string): Promise<string | undefined> {
  const closed = await closedTo(user, dataDir);
  if (closed !== dataDir) return closed;
  await chmod(dataDir, ((await stat(dataDir)).mode & 0o777) | 0o011);
  return closedTo(user, dataDir);
}

function dataUnreachable(here: DataLayout, user: OsUser, closed: string): StartError {
  return new StartError(
    'DATA_UNREACHABLE',
    `The data in ${here.dataDir} cannot be reached by OS user ${user.name}, as whom PostgreSQL runs, because ` +
      `${closed} is closed to others; open it (chmod o+x ${closed}), or run Rowgate as an ordinary user.`,
  );
}

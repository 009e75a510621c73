import { readFile, writeFile } from 'node:fs/promises';
import { StartError } from '../../errors.ts';
import type { DataLayout } from './data-layout.ts';

/**
 * The folder that an earlier start put the data in instead of this one; undefined if they are here.
 * @throws StartError NOTE_DAMAGED
 */
export async function notedElsewhere(here: DataLayout): Promise<string | undefined> {
  const text = await readFile(here.elsewhere, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const noted = text === undefined ? undefined : /"dataDir": ("\/.*")/.exec(text)?.[1];
  if (text !== undefined && !noted) {
    throw new StartError(
      'NOTE_DAMAGED',
      `${here.elsewhere}, which says where the data are, is damaged; write {"dataDir": "/the/folder"} into it, ` +
        'or delete it to begin with an empty database.',
    );
  }
  return noted && (JSON.parse(noted) as string);
}

/** Leaves that note, for later starts and for people who look for the data. */
export async function noteElsewhere(here: DataLayout, dataDir: string, closed: string): Promise<void> {
  const why = `the OS user who runs PostgreSQL may not enter ${closed}`;
  await writeFile(here.elsewhere, `${JSON.stringify({ dataDir, why }, null, 2)}\n`, { flush: true });
}

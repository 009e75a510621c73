import { readdir } from 'node:fs/promises';
import type { DataLayout } from './data-layout.ts';

/** Whether PostgreSQL's folder holds anything, even if damaged; an empty one may be filled. */
export async function hasCluster(layout: DataLayout): Promise<boolean> {
  const names = await readdir(layout.cluster).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.length > 0;
}

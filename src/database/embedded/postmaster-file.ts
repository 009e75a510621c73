import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a running server says of itself in its data folder. */
export type Postmaster = { pid: number; port: number; ready: boolean };

/**
 * Reads `postmaster.pid`, whose lines are, in this order: pid, data folder, start time, port, socket folder,
 * listen address, shared memory key, status. Undefined if there is none or its first line is not yet written.
 */
export async function readPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => undefined);
  const lines = text?.split('\n') ?? [];
  const pid = Number(lines[0]);
  // A negative number is a single-user session's, which serves nobody.
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

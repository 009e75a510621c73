import { readFile, rm, writeFile } from 'node:fs/promises';
import { isAlive, type ProcessIdentity, processIdentity } from './process-identity.ts';

/** The live Node process that will stop the server; undefined if it is gone or none was recorded. */
export async function liveOwner(ownerFile: string): Promise<ProcessIdentity | undefined> {
  const owner = await readOwner(ownerFile);
  return owner && (await isAlive(owner)) ? owner : undefined;
}

/** Records this process as the one that will stop the server. */
export async function becomeOwner(ownerFile: string): Promise<void> {
  await writeFile(ownerFile, JSON.stringify(await processIdentity(process.pid)));
}

/** Forgets this process as the owner; another process that has become it meanwhile stays recorded. */
export async function resignAsOwner(ownerFile: string): Promise<void> {
  const owner = await readOwner(ownerFile);
  if (owner?.pid === process.pid) await rm(ownerFile, { force: true });
}

async function readOwner(ownerFile: string): Promise<ProcessIdentity | undefined> {
  try {
    return JSON.parse(await readFile(ownerFile, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from '../../errors.ts';
import { isAlive, type ProcessIdentity, processIdentity } from './process-identity.ts';

/**
 * Runs `work` while no other process that asks for the same lock file runs its own. The lock of a process that
 * died is taken away from it.
 * @param waitMs how long to wait for a live holder, in milliseconds
 * @throws StartError START_LOCKED when the holder kept it longer
 */
export async function withStartLock<T>(lock: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + waitMs;
  while (!(await tryLock(lock))) {
    const text = await readIfThere(lock);
    if (text === undefined) continue;
    const holder = parseHolder(text);
    if (!holder || !(await isAlive(holder))) {
      await takeAway(lock, text);
    } else if (Date.now() > deadline) {
      throw new StartError(
        'START_LOCKED',
        `Another process (pid ${holder.pid}) has been starting or stopping the database for more than ` +
          `${Math.round(waitMs / 1000)} s; end it, then start again (its lock is ${lock}).`,
      );
    } else {
      await sleep(20);
    }
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** A link appears with its content, so nobody ever reads a lock whose holder is not yet written. */
async function tryLock(lock: string): Promise<boolean> {
  const draft = `${lock}.${randomUUID()}`;
  try {
    await writeFile(draft, JSON.stringify(await processIdentity(process.pid)));
    await link(draft, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Renaming lets only one process remove a given lock; if it caught a newer one, it is put back. */
async function takeAway(lock: string, expected: string): Promise<void> {
  const caught = `${lock}.${randomUUID()}`;
  try {
    await rename(lock, caught);
    if ((await readFile(caught, 'utf8')) !== expected) await link(caught, lock).catch(() => undefined);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  } finally {
    await rm(caught, { force: true });
  }
}

async function readIfThere(lock: string): Promise<string | undefined> {
  return readFile(lock, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

function parseHolder(text: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(text) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

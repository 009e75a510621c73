import { LRUCache } from 'lru-cache';
import type { Deps } from '../deps.ts';

/** Milliseconds between two notes of a session's activity, for each process. */
const INTERVAL = 60_000;
/** Milliseconds for which notes are gathered: one statement for all, or a crowd of clients would fill the pool with them. */
const GATHERED_FOR = 250;

export type SessionActivity = ReturnType<typeof makeSessionActivity>;

/**
 * Notes which sessions are in use, each at most once a minute, and behind the requests: nothing waits for it, and a
 * failure only makes a note late.
 */
export function makeSessionActivity({ pools, logger }: Pick<Deps, 'pools' | 'logger'>) {
  const lastNote = new LRUCache<string, number>({ max: 10_000 });
  let gathered: string[] = [];
  let timer: NodeJS.Timeout | undefined;

  async function write(): Promise<void> {
    clearTimeout(timer);
    if (gathered.length === 0) return;
    // Sorted, so that processes which write at the same time do not wait for each other in a circle.
    const sessionIds = gathered.sort();
    gathered = [];
    await pools.data
      .query('select app_private.touch_session(id) from unnest($1::uuid[]) id', [sessionIds])
      .catch((error: Error) => logger.warn({ reason: error.message }, 'session activity not noted'));
  }

  return {
    note(sessionId: string): void {
      const now = Date.now();
      if (now - (lastNote.get(sessionId) ?? 0) < INTERVAL) return;
      lastNote.set(sessionId, now);
      if (gathered.push(sessionId) === 1) timer = setTimeout(write, GATHERED_FOR);
    },
    /** Writes what was gathered. */
    close: write,
  };
}

import { LRUCache } from 'lru-cache';
import type { Deps } from '../deps.ts';

/** Milliseconds between two notes of a session's activity, for each process. */
const INTERVAL = 60_000;
const lastTouch = new LRUCache<string, number>({ max: 10_000 });

/**
 * Notes that a session is in use, at most once a minute and behind the request: nothing waits for it, and a failure
 * only makes the note late.
 */
export function touchSession(
  { pools, logger }: Pick<Deps, 'pools' | 'logger'>,
  sessionId: string | undefined,
): void {
  if (sessionId === undefined) return;
  const now = Date.now();
  if (now - (lastTouch.get(sessionId) ?? 0) < INTERVAL) return;
  lastTouch.set(sessionId, now);
  setImmediate(() => {
    pools.data
      .query('select app_private.touch_session($1)', [sessionId])
      .catch((error: Error) => logger.warn({ reason: error.message }, 'session activity not noted'));
  });
}

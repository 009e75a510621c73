import type { CookieOptions, Request, Response } from 'express';
import { LRUCache } from 'lru-cache';
import type { Config } from '../config.ts';
import { READ_OWN_WRITES_FOR } from '../database/replica.ts';
import { getRequestSession } from '../request-session.ts';
import { cookieNames } from './cookie-names.ts';

/** In token mode, where there are no cookies: sent with an answer to a write, to be sent back with the next requests. */
const HEADER = 'x-wrote-at';

export type RecentWrites = ReturnType<typeof makeRecentWrites>;

/**
 * Who has written in the last seconds, and therefore reads from the primary: a replica may not have it yet. Known to
 * this process by the session, and to the others by a cookie (or header) of the client, which can only send its own
 * reads to one database or the other.
 */
export function makeRecentWrites({ session }: Pick<Config, 'session'>) {
  const { wrote: name } = cookieNames(session);
  const cookie: CookieOptions = {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    secure: session.isSecure,
    maxAge: READ_OWN_WRITES_FOR,
  };
  const wroteAt = new LRUCache<string, number>({ max: 10_000, ttl: READ_OWN_WRITES_FOR });

  return {
    note(req: Request, res: Response): void {
      const { sessionId, isTokenMode } = getRequestSession(req);
      if (sessionId) wroteAt.set(sessionId, Date.now());
      if (res.headersSent) return;
      if (isTokenMode) res.setHeader(HEADER, String(Date.now()));
      else if (res.getHeader('set-cookie')?.toString().includes(`${name}=`) !== true)
        res.cookie(name, String(Date.now()), cookie);
    },

    /** Whether this client has written so recently that only the primary is sure to have it. */
    has(req: Request): boolean {
      const { sessionId } = getRequestSession(req);
      if (sessionId && wroteAt.has(sessionId)) return true;
      const told = Number(req.cookies[name] ?? req.get(HEADER));
      return told > Date.now() - READ_OWN_WRITES_FOR;
    },
  };
}

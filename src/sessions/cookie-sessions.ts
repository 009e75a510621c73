import type { CookieOptions, Request, Response } from 'express';
import expressSession from 'express-session';
import { LRUCache } from 'lru-cache';
import type { Deps } from '../deps.ts';
import { CodedError } from '../graphile/error-codes.ts';
import { getRequestSession, NO_SUCH_SESSION, setRequestSession } from '../request-session.ts';
import { startTimeLimit } from '../time-limit.ts';
import { cookieNames } from './cookie-names.ts';
import { makeCookieStore } from './cookie-store.ts';

declare module 'express-session' {
  interface SessionData {
    /** The row in app_public.sessions that this cookie names. */
    sessionId: string;
  }
}

/** How many cookies a process remembers the session of; an entry is about 200 bytes. */
const CACHE_SIZE = 10_000;

export type CookieSessions = ReturnType<typeof makeCookieSessions>;

/**
 * Cookies as names of sessions. express-session makes, stores and signs them, and runs only where a session
 * changes; elsewhere the process remembers which session a cookie names. That never changes while both live, and
 * whether they live is asked in every transaction, so the memory cannot let anybody in.
 */
export function makeCookieSessions(deps: Pick<Deps, 'config' | 'pools' | 'redis' | 'logger'>) {
  const { config, logger } = deps;
  const { session: name } = cookieNames(config.session);
  const cookie: CookieOptions = {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    secure: config.session.isSecure,
  };
  const store = makeCookieStore(deps);
  const runExpressSession = expressSession({
    name,
    secret: config.session.secrets,
    store,
    resave: false,
    saveUninitialized: false,
    // The absolute limit; a cookie is never extended. Idleness is judged by the database.
    cookie: { ...cookie, maxAge: config.session.absolute * 1000 } as expressSession.CookieOptions,
  });
  const sessionIdByCookieId = new LRUCache<string, string>({ max: CACHE_SIZE });

  async function findSessionId(cookieId: string): Promise<string> {
    const known = sessionIdByCookieId.get(cookieId);
    if (known) return known;
    const stored = await promised<expressSession.SessionData | null | undefined>((done) =>
      store.get(cookieId, done),
    ).catch(() => {
      // Not "anonymous": a store that is down must never log anybody out, or in.
      throw new CodedError('UNAVAILABLE');
    });
    if (!stored?.sessionId) return NO_SUCH_SESSION;
    sessionIdByCookieId.set(cookieId, stored.sessionId);
    return stored.sessionId;
  }

  /** Whether the request has the cookie, signed by us or not. */
  const isPresent = (req: Request): boolean =>
    req.cookies[name] !== undefined || req.signedCookies[name] !== undefined;

  return {
    name,
    isPresent,

    /** Reads the request's cookie and notes which session it names. Writes nothing. */
    async identify(req: Request): Promise<void> {
      const cookieId = signedCookie(req, name);
      const sessionId = cookieId ? await findSessionId(cookieId) : isPresent(req) ? NO_SUCH_SESSION : null;
      setRequestSession(req, { isTokenMode: false, cookieId, sessionId });
    },

    /** Gives the client a new cookie, with a new id, for a session that the database has just started. */
    async start(req: Request, res: Response, sessionId: string): Promise<void> {
      forget(req);
      try {
        await promised((done) => runExpressSession(req, res, done));
        await promised((done) => req.session.regenerate(done));
        req.session.sessionId = sessionId;
        await promised((done) => req.session.save(done));
      } catch (error) {
        // Or express-session would set a cookie that is not stored, and that the client's CSRF token does not belong to.
        delete (req as { session?: unknown }).session;
        logger.warn({ reason: (error as Error).message }, 'cookie store');
        throw new CodedError('UNAVAILABLE');
      }
      sessionIdByCookieId.set(req.sessionID, sessionId);
      setRequestSession(req, { isTokenMode: false, cookieId: req.sessionID, sessionId });
    },

    /** Takes the cookie away from the client; its session has ended. */
    async end(req: Request, res: Response): Promise<void> {
      const { cookieId } = getRequestSession(req);
      forget(req);
      setRequestSession(req, { isTokenMode: false, cookieId: null, sessionId: null });
      if (!res.headersSent) res.clearCookie(name, cookie);
      const id = req.session ? req.sessionID : cookieId;
      if (id === null) return;
      delete (req as { session?: unknown }).session;
      // What is left in a store that is away names a session that the database does not know any more.
      await promised((done) => store.destroy(id, done)).catch((error) =>
        logger.warn({ reason: error.message }, 'cookie store'),
      );
    },
  };

  function forget(req: Request): void {
    const { cookieId } = getRequestSession(req);
    if (cookieId) sessionIdByCookieId.delete(cookieId);
  }
}

/** The value of a cookie that we have signed; null for none, or one with a wrong signature. */
export function signedCookie(req: Request, name: string): string | null {
  const value: unknown = req.signedCookies[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Milliseconds. A store that is frozen must not freeze the requests. */
const STORE_TIMEOUT = 1_500;

/** Awaits a function that takes a Node callback. */
function promised<T = void>(run: (done: (error?: unknown, value?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const endLimit = startTimeLimit(STORE_TIMEOUT, () => reject(new CodedError('UNAVAILABLE')));
    run((error, value) => {
      endLimit();
      if (error) reject(error);
      else resolve(value as T);
    });
  });
}

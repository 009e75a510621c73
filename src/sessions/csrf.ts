import { randomBytes } from 'node:crypto';
import { doubleCsrf } from 'csrf-csrf';
import type { CookieOptions, Request, Response } from 'express';
import { LRUCache } from 'lru-cache';
import type { Config } from '../config.ts';
import { cookieNames } from './cookie-names.ts';
import { signedCookie } from './cookie-sessions.ts';

/** Where a client may put the token: csurf's names. */
const HEADERS = ['x-csrf-token', 'csrf-token', 'xsrf-token', 'x-xsrf-token'];

/** How many clients a process remembers; an entry is about 1 kB. */
const CACHE_SIZE = 5_000;
/** Characters of cookies and token; longer ones are not remembered, or anybody could fill the memory with them. */
const MAX_REMEMBERED = 4_096;

export type Csrf = ReturnType<typeof makeCsrf>;

/**
 * CSRF protection by a signed double-submit token, bound to the session's cookie, or before login to a signed random
 * visitor cookie (so that nobody can be logged in to somebody else's account with a planted token). It stores nothing.
 */
export function makeCsrf({ config, sessionCookieName }: { config: Config; sessionCookieName: string }) {
  const { visitor: visitorCookieName, csrf: csrfCookieName } = cookieNames(config.session);
  const cookie: CookieOptions = {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    secure: config.session.isSecure,
  };
  const valid = new LRUCache<string, true>({
    max: CACHE_SIZE,
    maxEntrySize: MAX_REMEMBERED,
    sizeCalculation: (_, claim) => claim.length,
  });
  /** The identifier after a change within this request, which the request's own cookies do not show. */
  const changed = new WeakMap<Request, string>();

  const { generateCsrfToken, validateRequest } = doubleCsrf({
    getSecret: () => config.session.secrets,
    getSessionIdentifier: (req) => identifierOf(req) ?? randomBytes(16).toString('hex'),
    cookieName: csrfCookieName,
    cookieOptions: cookie,
    getCsrfTokenFromRequest: tokenOf,
  });

  function identifierOf(req: Request): string | null {
    return changed.get(req) ?? signedCookie(req, sessionCookieName) ?? signedCookie(req, visitorCookieName);
  }

  return {
    /** Whether the request carries the token that belongs to its cookies. */
    isValid(req: Request): boolean {
      // A client sends the same cookies and the same token again and again; that they belong together is remembered.
      const claim = `${req.headers.cookie}\n${tokenOf(req)}`;
      if (valid.has(claim)) return true;
      const isValid = validateRequest(req);
      if (isValid) valid.set(claim, true);
      return isValid;
    },

    /** The token for this client; makes it a visitor if it has no cookie yet. No database work. */
    issue(req: Request, res: Response): string {
      if (identifierOf(req) === null) {
        const visitorId = randomBytes(16).toString('hex');
        res.cookie(visitorCookieName, visitorId, { ...cookie, signed: true });
        changed.set(req, visitorId);
      }
      // cookie-parser makes an object of a cookie that begins with `j:`, on which the library would throw.
      return generateCsrfToken(req, res, { overwrite: typeof req.cookies[csrfCookieName] === 'object' });
    },

    /** Replaces the token after a login or a logout, and tells the client in the header `x-csrf-token`. */
    renew(req: Request, res: Response, cookieId: string | null): void {
      if (res.headersSent) return;
      const identifier = cookieId ?? randomBytes(16).toString('hex');
      if (cookieId === null) res.cookie(visitorCookieName, identifier, { ...cookie, signed: true });
      changed.set(req, identifier);
      res.setHeader('x-csrf-token', generateCsrfToken(req, res, { overwrite: true }));
    },
  };
}

function tokenOf(req: Request): string | undefined {
  for (const name of HEADERS) {
    const token = req.headers[name];
    if (typeof token === 'string' && token !== '') return token;
  }
  return undefined;
}

import cookieParser from 'cookie-parser';
import type { Express } from 'express';
import { LRUCache } from 'lru-cache';
import type { Deps } from '../deps.ts';

/** What cookie-parser adds to a request. */
type Cookies = { secret?: string; cookies: Record<string, unknown>; signedCookies: Record<string, unknown> };

/** How many clients a process remembers; an entry is about 1 kB. */
const CACHE_SIZE = 5_000;
/** Characters. Ours are about 500; a longer header is not remembered, or anybody could fill the memory with them. */
const MAX_REMEMBERED = 4_096;

/**
 * Parses cookies, and checks the signatures of those that we have signed. A client sends the same header with every
 * request, so what it says is remembered.
 */
export function installCookies(app: Express, { config }: Deps): void {
  const parse = cookieParser(config.session.secrets);
  const known = new LRUCache<string, Cookies>({
    max: CACHE_SIZE,
    maxEntrySize: MAX_REMEMBERED,
    sizeCalculation: (_, header) => header.length + 1,
  });

  app.use((req, res, next) => {
    const header = req.headers.cookie ?? '';
    const cookies = known.get(header);
    if (cookies) {
      Object.assign(req, cookies);
      return next();
    }
    return parse(req, res, () => {
      const { secret, cookies, signedCookies } = req as Cookies;
      known.set(header, {
        secret,
        cookies: Object.freeze(cookies),
        signedCookies: Object.freeze(signedCookies),
      });
      next();
    });
  });
}

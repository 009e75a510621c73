import cookieParser from 'cookie-parser';
import type { Express, Request, Response } from 'express';
import { LRUCache } from 'lru-cache';
import type { Deps } from '../deps.ts';
import { cookieNames } from '../sessions/cookie-names.ts';

/** What cookie-parser adds to a request. */
type Cookies = { secret?: string; cookies: Record<string, unknown>; signedCookies: Record<string, unknown> };

/** How many clients a process remembers; an entry is about 1 kB. */
const CACHE_SIZE = 5_000;
/** Characters. Ours are about 500; a longer header is not remembered, or anybody could fill the memory with them. */
const MAX_REMEMBERED = 4_096;

/**
 * Parses our cookies, and checks the signatures of those that we have signed. Others are not looked at: a header has room
 * for thousands, and a signature takes microseconds. A client sends the same header with every request, so what it says is
 * remembered.
 */
export function installCookies(app: Express, { config }: Deps): void {
  const parse = cookieParser(config.session.secrets);
  const names = new Set(Object.values(cookieNames(config.session)));
  const known = new LRUCache<string, Cookies>({
    max: CACHE_SIZE,
    maxEntrySize: MAX_REMEMBERED,
    sizeCalculation: (_, header) => header.length + 1,
  });

  function read(res: Response, header: string): Cookies {
    const own = { headers: { cookie: ownCookies(header, names) } } as Request & Cookies;
    parse(own, res, () => {});
    const { secret, cookies, signedCookies } = own as Cookies;
    const all: Cookies = {
      cookies: Object.freeze(cookies),
      signedCookies: Object.freeze(signedCookies),
      ...(secret === undefined ? {} : { secret }),
    };
    known.set(header, all);
    return all;
  }

  app.use((req, res, next) => {
    const header = req.headers.cookie ?? '';
    Object.assign(req, known.get(header) ?? read(res, header));
    next();
  });
}

/** Those pairs of a `cookie` header that have one of the names; of several with the same name, the first, which counts. */
function ownCookies(header: string, names: ReadonlySet<string>): string {
  if (header === '') return '';
  const own = new Map<string, string>();
  for (const pair of header.split(';')) {
    const end = pair.indexOf('=');
    const name = end === -1 ? '' : pair.slice(0, end).trim();
    if (names.has(name) && !own.has(name)) own.set(name, pair);
  }
  return [...own.values()].join(';');
}

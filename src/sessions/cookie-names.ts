import type { Config } from '../config.ts';

/** The cookies that this server sets and reads; it looks at no others. */
export function cookieNames({ isSecure }: Pick<Config['session'], 'isSecure'>) {
  const prefix = isSecure ? '__Host-rowgate' : 'rowgate';
  return {
    session: prefix,
    /** Names an anonymous visitor, to whom CSRF tokens are bound before a login. */
    visitor: `${prefix}.visitor`,
    csrf: `${prefix}.csrf`,
    /** When the client wrote last, for reads from a replica. */
    wrote: `${prefix}.wrote`,
  };
}

import type { RequestHandler } from 'express';
import type { Config } from '../config.ts';
import { CodedError } from '../graphile/error-codes.ts';

/**
 * Refuses requests to a host name that is not ours. A page of elsewhere may let its own name lead to this machine, and
 * would then count as the same origin: it could read the mails and the list of users.
 */
export function requireKnownHost({ rootUrl }: Pick<Config, 'rootUrl'>): RequestHandler {
  const known = new Set(['localhost', '127.0.0.1', '[::1]', new URL(rootUrl).hostname]);
  return (req, _res, next) => {
    // Not `req.hostname`, which such a page could set by a header.
    const address = `http://${req.headers.host}`;
    if (URL.canParse(address) && known.has(new URL(address).hostname)) return next();
    return next(new CodedError('FORBIDDEN', 'This server is not known by this name; see ROOT_URL.'));
  };
}

import type { Express, Request } from 'express';
import type { Deps } from '../deps.ts';
import { CodedError } from '../graphile/error-codes.ts';
import { isUpgrade } from '../live-queries/upgrades.ts';
import { hasRequestSession } from '../request-session.ts';

/**
 * Refuses a POST or a websocket that a browser may have been tricked into: from another origin, or (a POST) without the
 * session's token.
 */
export function installCsrf(app: Express, { config, csrf }: Deps): void {
  const origins = new Set([config.rootUrl, ...config.allowedOrigins]);
  if (!config.isProduction) {
    const { port } = new URL(config.rootUrl);
    for (const host of ['localhost', '127.0.0.1', '[::1]'])
      origins.add(new URL(`http://${host}:${port || 80}`).origin);
  }

  app.get('/csrf-token', (req, res) => {
    res.json({ csrfToken: csrf.issue(req, res) });
  });

  app.use((req, _res, next) => {
    // In token mode no cookie counts, so there is nothing to abuse.
    if ((req.method !== 'POST' && !isUpgrade(req)) || hasRequestSession(req)) return next();
    if (!isFromKnownOrigin(req, origins))
      return next(new CodedError('FORBIDDEN', 'This origin may not call the API; see ALLOWED_ORIGINS.'));
    // A browser names its page's origin with every websocket, and a page can neither leave that out nor change it, so the
    // origin suffices there; headers, such as the token's, a page could not send.
    if (req.method === 'POST' && !csrf.isValid(req)) return next(new CodedError('EBADCSRFTOKEN'));
    return next();
  });
}

/**
 * Browsers send at least one of the two with every POST, and the first with every websocket; other clients send neither,
 * and have no cookie to abuse.
 */
function isFromKnownOrigin(req: Request, origins: Set<string>): boolean {
  const origin = req.get('origin');
  if (origin !== undefined) return origins.has(origin);
  const site = req.get('sec-fetch-site');
  return site === undefined || site === 'same-origin' || site === 'none';
}

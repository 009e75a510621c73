import type { Express, Request } from 'express';
import type { Deps } from '../deps.ts';
import { CodedError } from '../graphile/error-codes.ts';
import { setRequestSession } from '../request-session.ts';
import { isPersonalToken } from '../tokens/personal-tokens.ts';

/**
 * For clients without cookies: a request with `Authorization: Bearer` or `x-auth-mode: token` neither reads nor sets
 * cookies, and so needs no CSRF token. Browsers send neither header across origins unasked.
 */
export function installTokenMode(app: Express, { accessTokens, personalTokens, cookieSessions }: Deps): void {
  app.get('/.well-known/jwks.json', async (_req, res, next) => {
    const keys = await accessTokens.publicKeys().catch(next);
    if (keys) res.setHeader('cache-control', 'public, max-age=300').json({ keys });
  });

  app.use('/graphql', async (req, res, next) => {
    const token = bearerToken(req);
    if (token === null && req.get('x-auth-mode') !== 'token') return next();
    if (token === null) {
      setRequestSession(req, { isTokenMode: true, cookieId: null, sessionId: null });
      return next();
    }
    if (cookieSessions.isPresent(req)) {
      return next(new CodedError('BAD_REQUEST', 'Send a session cookie or a bearer token, not both.'));
    }

    const tokens = isPersonalToken(token) ? personalTokens : accessTokens;
    const sessionId = await tokens.sessionIdOf(token);
    if (sessionId === null) {
      res.setHeader('www-authenticate', 'Bearer error="invalid_token"');
      return next(
        new CodedError(
          'UNAUTHENTICATED',
          'This token is not good, or not any more. Refresh it, or log in anew.',
        ),
      );
    }
    setRequestSession(req, { isTokenMode: true, cookieId: null, sessionId });
    return next();
  });
}

/** The token of an `Authorization: Bearer` header; null without one, and also for other schemes, which are not ours. */
function bearerToken(req: Request): string | null {
  const match = /^Bearer(?: +(\S*))?$/i.exec(req.get('authorization')?.trim() ?? '');
  return match ? (match[1] ?? '') : null;
}

import type { Express } from 'express';
import type { Deps } from '../deps.ts';
import { CodedError } from '../graphile/error-codes.ts';
import { setRequestSession } from '../request-session.ts';
import { bearerToken, sessionIdOfToken } from '../tokens/bearer-token.ts';

/**
 * For clients without cookies: a request with `Authorization: Bearer` or `x-auth-mode: token` neither reads nor sets
 * cookies, and so needs no CSRF token. Browsers send neither header across origins unasked.
 */
export function installTokenMode(app: Express, deps: Deps): void {
  const { cookieSessions } = deps;

  app.use('/graphql', async (req, res, next) => {
    const token = bearerToken(req.get('authorization'));
    if (token === null && req.get('x-auth-mode') !== 'token') return next();
    if (token === null) {
      setRequestSession(req, { isTokenMode: true, cookieId: null, sessionId: null });
      return next();
    }
    if (cookieSessions.isPresent(req)) {
      return next(new CodedError('BAD_REQUEST', 'Send a session cookie or a bearer token, not both.'));
    }

    const sessionId = await sessionIdOfToken(deps, token);
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

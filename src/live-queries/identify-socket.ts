import type { Request } from 'express';
import type { Deps } from '../deps.ts';
import { CodedError } from '../graphile/error-codes.ts';
import { toCodedError } from '../graphile/to-coded-error.ts';
import { getRequestSession } from '../request-session.ts';
import { bearerToken, sessionIdOfToken } from '../tokens/bearer-token.ts';

/** What the database says of a live session. */
export type SocketSession = { id: string; userId: string; role: string };

/** As whom a socket acts, and whether that is still so. */
export type SocketIdentity = {
  session: SocketSession;
  /** @throws CodedError `UNAUTHENTICATED` when the session has ended, or the token by which it was named. */
  check(): Promise<unknown>;
};

/**
 * Finds out for whom a socket is opened: by the cookie or the bearer token of its handshake, or, because pages cannot send
 * headers with that, by `authorization` in the parameters of the connection.
 *
 * @throws CodedError `UNAUTHENTICATED`, `BAD_REQUEST` for a cookie and a token together, `UNAVAILABLE`, `TIMEOUT`
 */
export async function identifySocket(
  deps: Pick<Deps, 'accessTokens' | 'personalTokens' | 'pools'>,
  req: Request,
  params: Record<string, unknown> | undefined,
): Promise<SocketIdentity> {
  const { sessionId: named, isTokenMode } = getRequestSession(req);
  const given = params?.authorization ?? params?.Authorization;
  const fromParams = typeof given === 'string' ? bearerToken(given) : null;
  if (fromParams !== null && named !== null)
    throw new CodedError('BAD_REQUEST', 'Send a session cookie or a bearer token, not both.');

  const token = fromParams ?? (isTokenMode ? bearerToken(req.get('authorization')) : null);
  const check = async () => {
    const sessionId = token === null ? named : await sessionIdOfToken(deps, token);
    if (sessionId === null) throw new CodedError('UNAUTHENTICATED');
    return askDatabase(deps, sessionId);
  };
  return { session: await check(), check };
}

/** Not noted as activity of the session: an open socket alone keeps no session alive. */
async function askDatabase({ pools }: Pick<Deps, 'pools'>, sessionId: string): Promise<SocketSession> {
  const { rows } = await pools.data
    .query<{ role: string; user_id: string }>('select role, user_id from app_private.resolve_session($1)', [
      sessionId,
    ])
    .catch((error) => {
      throw toCodedError(error) ?? error;
    });
  const { role, user_id: userId } = rows[0] as { role: string; user_id: string };
  return { id: sessionId, userId, role };
}

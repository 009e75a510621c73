import type { Request } from 'express';

/** Who a request claims to be. What the claim is worth, the database says in every transaction. */
export type RequestSession = {
  /** The client neither reads nor sends cookies. */
  isTokenMode: boolean;
  /** The secret id in a cookie that we have signed; null for no cookie or one that we have not. */
  cookieId: string | null;
  /** The id of the session it names; null for an anonymous request. */
  sessionId: string | null;
};

/** Named by a cookie that names nothing: the database refuses it like any unknown session. */
export const NO_SUCH_SESSION = '00000000-0000-0000-0000-000000000000';

const SESSION = Symbol('session');
type Identified = Request & { [SESSION]?: RequestSession };

export function setRequestSession(req: Identified, session: RequestSession): void {
  req[SESSION] = session;
}

/** Whether something has said already who the request claims to be. */
export const hasRequestSession = (req: Identified): boolean => req[SESSION] !== undefined;

/** The claim of this request. @throws Error when nobody has looked at the request's cookies yet. */
export function getRequestSession(req: Identified): RequestSession {
  const session = req[SESSION];
  if (!session) throw new Error('The request has not been identified: is the sessions middleware in front?');
  return session;
}

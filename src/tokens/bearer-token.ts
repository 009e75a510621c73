import type { Deps } from '../deps.ts';
import { isPersonalToken } from './personal-tokens.ts';

/** The token of an `Authorization: Bearer` header; null without one, and also for other schemes, which are not ours. */
export function bearerToken(authorization: string | undefined): string | null {
  const match = /^Bearer(?: +(\S*))?$/i.exec(authorization?.trim() ?? '');
  return match ? (match[1] ?? '') : null;
}

/** The session that a token of either kind names; null for one that is not good now. @throws CodedError `UNAVAILABLE` */
export function sessionIdOfToken(
  { accessTokens, personalTokens }: Pick<Deps, 'accessTokens' | 'personalTokens'>,
  token: string,
): Promise<string | null> {
  return (isPersonalToken(token) ? personalTokens : accessTokens).sessionIdOf(token);
}

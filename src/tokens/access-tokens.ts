import { decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Config } from '../config.ts';
import { SIGNING_ALGORITHM, type SigningKeys } from './signing-keys.ts';

/** Seconds. Short, because services that verify offline learn of a revocation only by this. */
const LIFETIME = 10 * 60;
/** Characters; ours have about 500. */
const MAX_LENGTH = 2_000;
/** RFC 9068. */
const TYPE = 'at+jwt';

export type AccessTokens = ReturnType<typeof makeAccessTokens>;

/**
 * Access tokens: signed, short-lived pointers to a session. Here the session is still judged in every transaction, and
 * the role in the token is never used; other services may verify it offline by the JWKS.
 */
export function makeAccessTokens({ config, keys }: { config: Config; keys: SigningKeys }) {
  /** Tokens that were verified, until they expire: a signature costs about 0.1 ms. */
  const verified = new LRUCache<string, { sessionId: string; expiresAt: number }>({ max: 10_000 });

  return {
    publicKeys: keys.publicKeys,

    /** @returns the token, and when it expires. */
    async sign({ userId, sessionId, role }: { userId: string; sessionId: string; role: string }) {
      const { kid, privateKey } = await keys.newest();
      const issuedAt = Math.floor(Date.now() / 1000);
      const accessToken = await new SignJWT({ sid: sessionId, role })
        .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid, typ: TYPE })
        .setIssuer(config.rootUrl)
        .setAudience(config.rootUrl)
        .setSubject(userId)
        .setJti(crypto.randomUUID())
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + LIFETIME)
        .sign(privateKey);
      return { accessToken, expiresAt: new Date((issuedAt + LIFETIME) * 1000) };
    },

    /** The session that a token names; null for a token that is not ours, or not good now. */
    async sessionIdOf(token: string): Promise<string | null> {
      const known = verified.get(token);
      if (known && known.expiresAt > Date.now()) return known.sessionId;
      if (token.length > MAX_LENGTH) return null;

      const key = await keys.find(kidOf(token));
      if (!key) return null;
      const payload = await jwtVerify(token, key, {
        algorithms: [SIGNING_ALGORITHM],
        issuer: config.rootUrl,
        audience: config.rootUrl,
        typ: TYPE,
        requiredClaims: ['exp', 'sub', 'sid', 'jti'],
      }).then(
        (result) => result.payload,
        () => null,
      );
      if (!payload || typeof payload.sid !== 'string') return null;
      verified.set(token, { sessionId: payload.sid, expiresAt: payload.exp! * 1000 });
      return payload.sid;
    },
  };
}

function kidOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).kid;
  } catch {
    return undefined;
  }
}

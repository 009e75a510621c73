import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { CodedError } from '../graphile/error-codes.ts';
import type { Pools } from '../pools.ts';

/** `rgp_`, 20 random bytes and the first 4 bytes of their SHA-256, in hexadecimal. */
const FORM = /^rgp_([0-9a-f]{40})([0-9a-f]{8})$/;

export type PersonalTokens = ReturnType<typeof makePersonalTokens>;

/** Whether a text is meant as a personal access token, well-formed or not. */
export const isPersonalToken = (token: string) => token.startsWith('rgp_');

/**
 * Personal access tokens. Which session a token names never changes while both live, so the process remembers it, by
 * the token's hash; whether the session is good is asked in every transaction.
 */
export function makePersonalTokens({ pools }: { pools: Pools }) {
  const sessionIdByHash = new LRUCache<string, string>({ max: 10_000 });

  return {
    /** The session that a token names; null for none. @throws CodedError `UNAVAILABLE` */
    async sessionIdOf(token: string): Promise<string | null> {
      const [, body, checksum] = FORM.exec(token) ?? [];
      if (!body || sha256(body).slice(0, 8) !== checksum) return null;

      const hash = sha256(token);
      const known = sessionIdByHash.get(hash);
      if (known) return known;
      const { rows } = await pools.data
        .query<{ id: string | null }>('select app_private.find_personal_token($1) as id', [token])
        .catch(() => {
          throw new CodedError('UNAVAILABLE');
        });
      const sessionId = rows[0]?.id ?? null;
      if (sessionId) sessionIdByHash.set(hash, sessionId);
      return sessionId;
    },
  };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

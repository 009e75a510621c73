import { type CryptoKey, importJWK, type JWK } from 'jose';
import type { Config } from '../config.ts';
import { CodedError } from '../graphile/error-codes.ts';
import type { Pools } from '../pools.ts';
import { decryptKey } from './key-encryption.ts';

/** Ed25519. The only algorithm accepted, whatever a token says of itself. */
export const SIGNING_ALGORITHM = 'EdDSA';

/** Milliseconds for which a process goes on with the keys that it has read. */
const FRESH_FOR = 60_000;
/** Milliseconds between two readings, however many unknown key ids are presented. */
const READ_AT_MOST_EVERY = 5_000;

type Row = { kid: string; public_jwk: JWK; encrypted_private_key: Buffer };
type SigningKey = { kid: string; publicJwk: JWK; publicKey: CryptoKey; encryptedPrivateKey: Buffer };
export type SigningKeys = ReturnType<typeof makeSigningKeys>;

/** The keys of access tokens, as the database has them, remembered for a minute. */
export function makeSigningKeys({ config, pools }: { config: Config; pools: Pools }) {
  let keys: SigningKey[] = [];
  let readAt = 0;
  let reading: Promise<void> | null = null;

  async function read(): Promise<void> {
    const { rows } = await pools.data.query<Row>('select * from app_private.list_signing_keys()');
    keys = await Promise.all(
      rows.map(async ({ kid, public_jwk: publicJwk, encrypted_private_key: encryptedPrivateKey }) => {
        const publicKey = (await importJWK(publicJwk, SIGNING_ALGORITHM)) as CryptoKey;
        return { kid, publicJwk, publicKey, encryptedPrivateKey };
      }),
    );
    readAt = Date.now();
  }

  /** @throws CodedError `UNAVAILABLE` when there are none, and none can be read. */
  async function readIfOlderThan(milliseconds: number): Promise<void> {
    if (Date.now() - readAt < milliseconds) return;
    reading ??= read().finally(() => {
      reading = null;
    });
    await reading.catch(() => {
      if (keys.length === 0) throw new CodedError('UNAVAILABLE');
    });
  }

  return {
    /** The public halves, for `/.well-known/jwks.json`. */
    async publicKeys(): Promise<JWK[]> {
      await readIfOlderThan(FRESH_FOR);
      return keys.map(({ publicJwk }) => publicJwk);
    },

    /** The key that a token names; null if we do not have it. */
    async find(kid: string | undefined): Promise<CryptoKey | null> {
      const known = () => keys.find((key) => key.kid === kid)?.publicKey ?? null;
      await readIfOlderThan(FRESH_FOR);
      if (!known()) await readIfOlderThan(READ_AT_MOST_EVERY);
      return known();
    },

    /** The newest key, to sign with. */
    async newest(): Promise<{ kid: string; privateKey: CryptoKey }> {
      await readIfOlderThan(FRESH_FOR);
      const key = keys[0];
      const privateJwk = key && decryptKey(key.encryptedPrivateKey, config.keyEncryptionSecrets);
      if (!privateJwk) {
        throw new Error(
          'No signing key can be used: is KEY_ENCRYPTION_SECRET the one that encrypted it, and has `npm run migrate` run?',
        );
      }
      return {
        kid: key.kid,
        privateKey: (await importJWK(JSON.parse(privateJwk), SIGNING_ALGORITHM)) as CryptoKey,
      };
    },
  };
}

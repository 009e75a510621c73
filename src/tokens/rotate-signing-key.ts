import { exportJWK, generateKeyPair } from 'jose';
import type pg from 'pg';
import { encryptKey } from './key-encryption.ts';
import { SIGNING_ALGORITHM } from './signing-keys.ts';

/**
 * Makes a new signing key if there is none, or the newest is older than 30 days. The one before goes on to verify
 * until its overlap ends. Runs as the owner of the database.
 */
export async function rotateSigningKey(
  client: Pick<pg.ClientBase, 'query'>,
  secrets: string[],
): Promise<boolean> {
  const { rows } = await client.query('select app_private.is_signing_key_due() as is_due');
  if (!rows[0].is_due) return false;

  const { publicKey, privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const privateJwk = await exportJWK(privateKey);
  const kid = crypto.randomUUID();
  await client.query('select app_private.add_signing_key($1, $2, $3)', [
    kid,
    { ...publicJwk, kid, alg: SIGNING_ALGORITHM, use: 'sig' },
    encryptKey(JSON.stringify(privateJwk), secrets),
  ]);
  return true;
}

import { describe, expect, it } from '@jest/globals';
import { type CryptoKey, exportSPKI, generateKeyPair, importJWK, SignJWT } from 'jose';
import { decryptKey } from '../../src/tokens/key-encryption.ts';
import { useServer } from '../helpers/server.ts';
import { type Issued, tokenClient } from '../helpers/token-client.ts';

const lines: string[] = [];

describe('forged tokens', () => {
  const server = useServer({ LOG_LEVEL: 'trace' }, { logTo: { write: (line) => void lines.push(line) } });
  const { issue, withToken } = tokenClient(server);

  const soon = () => Math.floor(Date.now() / 1000) + 600;
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

  /** Our own key, which no attacker has: to show that each claim is checked by itself. */
  async function ourKey() {
    const rows = await server.sql<{ encrypted_private_key: Buffer; public_jwk: object }>(
      'select * from app_private.signing_keys',
    );
    const jwk = decryptKey(rows[0]!.encrypted_private_key, server.config.keyEncryptionSecrets);
    return {
      privateKey: (await importJWK(JSON.parse(jwk!), 'EdDSA')) as CryptoKey,
      publicKey: (await importJWK(rows[0]!.public_jwk, 'EdDSA', { extractable: true })) as CryptoKey,
    };
  }

  type Forgery = { header?: object; claims?: object; key?: CryptoKey | Uint8Array };

  /** A token like ours, but for what is forged. */
  async function tokenLike({ accessToken }: Issued, { header, claims, key }: Forgery): Promise<string> {
    const [ourHeader, ourClaims] = accessToken
      .split('.', 2)
      .map((text) => JSON.parse(Buffer.from(text, 'base64url').toString()));
    return new SignJWT({ ...ourClaims, ...claims })
      .setProtectedHeader({ ...ourHeader, ...header })
      .sign(key ?? (await ourKey()).privateKey);
  }

  it('can tell: a token like ours in everything passes', async () => {
    expect((await withToken(await tokenLike(await issue(), {}))).data.currentUser).not.toBeNull();
  });

  const stranger = async () => (await generateKeyPair('EdDSA')).privateKey;
  const cases: Array<[string, (ours: Issued) => Promise<string> | string]> = [
    [
      'alg: none',
      ({ accessToken }) => `${part({ alg: 'none', typ: 'at+jwt' })}.${accessToken.split('.')[1]}.`,
    ],
    [
      'HS256 with the public key',
      async (ours) =>
        tokenLike(ours, {
          header: { alg: 'HS256' },
          key: Buffer.from(await exportSPKI((await ourKey()).publicKey)),
        }),
    ],
    ["a stranger's key under our key id", async (ours) => tokenLike(ours, { key: await stranger() })],
    [
      'an unknown key id',
      async (ours) => tokenLike(ours, { header: { kid: 'unknown' }, key: await stranger() }),
    ],
    ['another audience', (ours) => tokenLike(ours, { claims: { aud: 'https://elsewhere.example' } })],
    ['another issuer', (ours) => tokenLike(ours, { claims: { iss: 'https://elsewhere.example' } })],
    ['another type', (ours) => tokenLike(ours, { header: { typ: 'JWT' } })],
    ['expired', (ours) => tokenLike(ours, { claims: { exp: soon() - 601 } })],
    ['without expiry', (ours) => tokenLike(ours, { claims: { exp: undefined } })],
    ['not valid yet', (ours) => tokenLike(ours, { claims: { nbf: soon() } })],
    ['a session id that is none', (ours) => tokenLike(ours, { claims: { sid: 7 } })],
    ['truncated', ({ accessToken }) => accessToken.slice(0, -20)],
    ['30 kB long', ({ accessToken }) => accessToken + 'x'.repeat(30_000)],
    ['empty', () => ''],
    ['nonsense', () => 'nonsense'],
    ['a personal token with a wrong checksum', () => `rgp_${'0'.repeat(48)}`],
    ['a personal token that nobody has', () => 'rgp_0000000000000000000000000000000000000000b80de5d1'],
  ];

  it.each(cases)('cannot pass: %s', async (_name, forge) => {
    const token = await forge(await issue());
    const answer = await withToken(token);
    expect([answer.status, answer.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
    if (token.length > 8) expect(lines.join('')).not.toContain(token.slice(0, 40));
    expect(lines.join('')).toContain('"status":401');
  });
});

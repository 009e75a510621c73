import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import pg from 'pg';
import { makeLogger } from '../../src/logger.ts';
import { makePools, type Pools } from '../../src/pools.ts';
import { makeAccessTokens } from '../../src/tokens/access-tokens.ts';
import { decryptKey, encryptKey } from '../../src/tokens/key-encryption.ts';
import { rotateSigningKey } from '../../src/tokens/rotate-signing-key.ts';
import { makeSigningKeys } from '../../src/tokens/signing-keys.ts';
import { testConfig } from '../helpers/test-config.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';

describe('signing keys', () => {
  const config = testConfig();
  let database: TestDatabase;
  let owner: pg.Pool;
  let pools: Pools;

  beforeAll(async () => {
    database = await createTestDatabase();
    owner = new pg.Pool({ connectionString: database.owner, max: 1 });
    pools = makePools(database.authenticator, makeLogger(config));
  });
  afterAll(async () => {
    await pools.end();
    await owner.end();
    await database.drop();
  });

  /** As a process that has just started sees it. */
  const freshProcess = () => makeAccessTokens({ config, keys: makeSigningKeys({ config, pools }) });
  const claims = { userId: crypto.randomUUID(), sessionId: crypto.randomUUID(), role: 'user' };
  const rotate = () => rotateSigningKey(owner, config.keyEncryptionSecrets);
  const moveBack = (column: string, by: string) =>
    owner.query(`update app_private.signing_keys set ${column} = ${column} - $1::interval`, [by]);

  it('can be rotated after 30 days, and not before; the old one verifies until its overlap ends', async () => {
    await moveBack('created_at', '29 days');
    expect(await rotate()).toBe(false);
    const { accessToken: old } = await freshProcess().sign(claims);

    await moveBack('created_at', '2 days');
    expect(await rotate()).toBe(true);
    expect(await rotate()).toBe(false);
    const { accessToken: young } = await freshProcess().sign(claims);
    expect(decodeProtectedHeader(young).kid).not.toBe(decodeProtectedHeader(old).kid);
    expect(await freshProcess().publicKeys()).toHaveLength(2);
    expect(await freshProcess().sessionIdOf(old)).toBe(claims.sessionId);
    expect(await freshProcess().sessionIdOf(young)).toBe(claims.sessionId);

    await moveBack('verifies_until', '119 minutes');
    expect(await freshProcess().sessionIdOf(old)).toBe(claims.sessionId);
    await moveBack('verifies_until', '2 minutes');
    expect(await freshProcess().sessionIdOf(old)).toBeNull();
    expect(await freshProcess().sessionIdOf(young)).toBe(claims.sessionId);
  });

  it('can be used by a process that started before they were made', async () => {
    const running = freshProcess();
    await running.sign(claims);
    await moveBack('created_at', '31 days');
    await rotate();
    const { accessToken } = await freshProcess().sign(claims);
    const later = Date.now() + 6_000; // keys are read again for an unknown key id, but not more often than every 5 s
    const realNow = Date.now;
    Date.now = () => later;
    try {
      expect(await running.sessionIdOf(accessToken)).toBe(claims.sessionId);
    } finally {
      Date.now = realNow;
    }
  });

  it('cannot be used without the secret that encrypted them', async () => {
    const stranger = { ...config, keyEncryptionSecrets: ['another secret'] };
    const tokens = makeAccessTokens({ config: stranger, keys: makeSigningKeys({ config: stranger, pools }) });
    await expect(tokens.sign(claims)).rejects.toThrow('KEY_ENCRYPTION_SECRET');
  });

  it('can be decrypted with an older secret of the list', () => {
    const encrypted = encryptKey('the key', ['old']);
    expect(decryptKey(encrypted, ['new', 'old'])).toBe('the key');
    expect(decryptKey(encrypted, ['new'])).toBeNull();
    expect(encrypted.toString('latin1')).not.toContain('the key');
  });
});

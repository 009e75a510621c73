import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectCode, expectDenied, expectInvisible, type User, useDatabase } from '../helpers/actors.ts';

const PURPOSES = ['email_verification', 'password_reset', 'account_deletion'];

describe('one-time tokens', () => {
  const db = useDatabase();
  let ada: User;
  let bob: User;
  beforeEach(async () => {
    ada = await db.createUser('ada');
    bob = await db.createUser('bob');
  });
  const create = (purpose: string, user: User, emailId: string | null = null) =>
    db.owner.value<string>('select app_private.create_one_time_token($1, $2, $3)', [
      purpose,
      user.id,
      emailId,
    ]);
  const use = (purpose: string, token: string | null) =>
    db.owner.value('select user_id from app_private.use_one_time_token($1, $2)', [purpose, token]);
  const emailOf = (user: User) =>
    db.owner.value<string>('select id from app_public.user_emails where user_id = $1', [user.id]);
  const count = () => db.owner.value('select count(*)::int from app_private.one_time_tokens');

  it('are 256 random bits that fit into a link', async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, () => create('password_reset', ada)));
    for (const token of tokens) expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(new Set(tokens).size).toBe(20);
  });

  it('leave only their hash in the database', async () => {
    const token = await create('password_reset', ada);
    const { rows } = await db.owner.query('select * from app_private.one_time_tokens');
    expect(rows).toMatchObject([
      { token_hash: createHash('sha256').update(token).digest(), user_id: ada.id, purpose: 'password_reset' },
    ]);
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it.each([
    ['email_verification', 24],
    ['password_reset', 1],
    ['account_deletion', 1],
  ])('for %s last %i hours', async (purpose, hours) => {
    await create(purpose, ada);
    expect(
      await db.owner.value(
        'select (extract(epoch from expires_at - now()) / 3600)::float from app_private.one_time_tokens',
      ),
    ).toBe(hours);
  });

  describe('can be used', () => {
    it.each(PURPOSES)('for %s once', async (purpose) => {
      const token = await create(purpose, ada);
      expect(await use(purpose, token)).toBe(ada.id);
      await expectCode(use(purpose, token), 'INVALID_TOKEN');
    });

    it('until the last moment', async () => {
      const token = await create('password_reset', ada);
      await db.owner.query(`update app_private.one_time_tokens set expires_at = now() + interval '1 ms'`);
      expect(await use('password_reset', token)).toBe(ada.id);
    });
  });

  describe('cannot be used', () => {
    it.each(PURPOSES)('for anything but %s', async (purpose) => {
      const token = await create(purpose, ada);
      for (const other of PURPOSES.filter((other) => other !== purpose))
        await expectCode(use(other, token), 'INVALID_TOKEN');
      expect(await use(purpose, token)).toBe(ada.id);
    });

    it('after their time', async () => {
      const token = await create('password_reset', ada);
      await db.owner.query('update app_private.one_time_tokens set expires_at = now()');
      await expectCode(use('password_reset', token), 'INVALID_TOKEN');
    });

    it('when they were never made, or are none', async () => {
      const hash = createHash('sha256').update(await create('password_reset', ada));
      for (const token of [
        '',
        'x',
        'x'.repeat(43),
        hash.copy().digest('hex'),
        hash.copy().digest('base64url'),
        null,
      ])
        await expectCode(use('password_reset', token), 'INVALID_TOKEN');
    });

    it('after another one for the same end was', async () => {
      const [first, second] = [await create('password_reset', ada), await create('password_reset', ada)];
      await use('password_reset', second);
      await expectCode(use('password_reset', first), 'INVALID_TOKEN');
    });

    it('when their account or their address is gone', async () => {
      await create('email_verification', ada, await emailOf(ada));
      await create('password_reset', bob);
      await db.owner.query('delete from app_public.user_emails where user_id = $1', [ada.id]);
      await db.owner.query('delete from app_public.users where id = $1', [bob.id]);
      expect(await count()).toBe(0);
    });
  });

  it('are not spent by one for another purpose, user or address', async () => {
    const emailId = await emailOf(ada);
    const others: [string, string, User][] = [
      ['account_deletion', await create('account_deletion', ada), ada],
      ['password_reset', await create('password_reset', bob), bob],
      ['password_reset', await create('password_reset', ada, emailId), ada],
    ];
    await use('password_reset', await create('password_reset', ada));
    for (const [purpose, token, user] of others) expect(await use(purpose, token)).toBe(user.id);
  });

  it('cannot be made, used or seen by a request', async () => {
    const administrator = await db.createAdministrator();
    for (const actor of [ada, administrator, db.anonymous, db.authenticator]) {
      await expectDenied(
        actor.query(`select app_private.create_one_time_token('password_reset', $1)`, [ada.id]),
      );
      await expectDenied(actor.query(`select app_private.use_one_time_token('password_reset', 'x')`));
      await expectDenied(actor.query('select from app_private.one_time_tokens'));
    }
  });

  it('cannot be seen by a request, even where grants would let it', async () => {
    await create('password_reset', ada);
    await db.owner.query('grant usage on schema app_private to webuser, anonymous');
    await db.owner.query('grant select on app_private.one_time_tokens to webuser, anonymous');
    for (const actor of [ada, db.anonymous])
      await expectInvisible(actor.query('select from app_private.one_time_tokens'));
  });
});

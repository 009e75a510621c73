import { beforeEach, describe, expect, it } from '@jest/globals';
import { accountFacts } from '../helpers/account-facts.ts';
import { type Actor, expectCode, expectDenied, type User, useDatabase } from '../helpers/actors.ts';

const VERIFY = 'select app_public.verify_email($1)';

describe('app_public.verify_email', () => {
  const db = useDatabase();
  const { addressesOf, verificationToken } = accountFacts(db);
  let ada: User;
  let bob: User;
  beforeEach(async () => {
    ada = await db.createUser('ada');
    bob = await db.createUser('bob');
    await db.owner.query('delete from graphile_worker._private_jobs');
  });
  const tokenFor = (user: User, email = user.email) => verificationToken(user, email);
  const add = (actor: Actor, email: string) =>
    actor.value<string>('insert into app_public.user_emails (email) values ($1) returning id', [email]);
  const age = (interval: string) =>
    db.owner.query(
      `update app_private.one_time_tokens
       set created_at = created_at - $1::interval, expires_at = expires_at - $1::interval`,
      [interval],
    );

  it('can prove an address of one’s own, once', async () => {
    const token = await tokenFor(ada);
    expect(await ada.value(VERIFY, [token])).toBe(true);
    expect(await addressesOf(ada)).toEqual([{ email: ada.email, is_verified: true, is_primary: true }]);
    await expectCode(ada.query(VERIFY, [token]), 'INVALID_TOKEN');
  });

  it('can be done in any session of the account, without a recent password', async () => {
    const elsewhere = await db.logIn(ada);
    await db.owner.query('update app_private.session_secrets set password_confirmed_at = null');
    expect(await elsewhere.value(VERIFY, [await tokenFor(ada)])).toBe(true);
  });

  it('cannot be done by another account, which does not spend the token', async () => {
    const token = await tokenFor(ada);
    const administrator = await db.createAdministrator();
    for (const actor of [bob, administrator]) await expectCode(actor.query(VERIFY, [token]), 'INVALID_TOKEN');
    expect(await addressesOf(ada)).toMatchObject([{ is_verified: false }]);
    expect(await ada.value(VERIFY, [token])).toBe(true);
  });

  it('cannot be done without a session', async () => {
    await expectDenied(db.anonymous.query(VERIFY, [await tokenFor(ada)]));
    await expectDenied(db.authenticator.query(VERIFY, ['x']));
  });

  it('cannot be done with a token 25 hours old, but with one of 23', async () => {
    const token = await tokenFor(ada);
    await age('25 hours');
    await expectCode(ada.query(VERIFY, [token]), 'INVALID_TOKEN');
    await age('-2 hours');
    expect(await ada.value(VERIFY, [token])).toBe(true);
  });

  it('cannot be done with a token for another purpose, a made-up one, or none', async () => {
    const other = await db.owner.value<string>(
      `select app_private.create_one_time_token('password_reset', user_id, id)
       from app_public.user_emails where user_id = $1`,
      [ada.id],
    );
    await expectCode(ada.query(VERIFY, [other]), 'INVALID_TOKEN');
    await expectCode(ada.query(VERIFY, ['x']), 'INVALID_TOKEN');
    expect(await ada.value(VERIFY, [null])).toBeNull();
    expect(await addressesOf(ada)).toMatchObject([{ is_verified: false }]);
  });

  it('proves the address that the mail went to, and no other of the account', async () => {
    await add(ada, 'second@example.com');
    await ada.query(VERIFY, [await tokenFor(ada, 'second@example.com')]);
    expect(await addressesOf(ada)).toMatchObject([
      { email: 'ada@example.com', is_verified: false },
      { email: 'second@example.com', is_verified: true },
    ]);
  });

  it('makes the first verified address the primary one, and no later one', async () => {
    await add(ada, 'second@example.com');
    await add(ada, 'third@example.com');
    await ada.query(VERIFY, [await tokenFor(ada, 'second@example.com')]);
    const primary = async () => (await addressesOf(ada)).find((row) => row.is_primary)?.email;
    expect(await primary()).toBe('second@example.com');
    await ada.query(VERIFY, [await tokenFor(ada, 'third@example.com')]);
    expect(await primary()).toBe('second@example.com');
    await ada.query(VERIFY, [await tokenFor(ada)]);
    expect(await primary()).toBe('second@example.com');
  });

  it('is recorded', async () => {
    await ada.query(VERIFY, [await tokenFor(ada)]);
    const { rows } = await ada.query(
      'select action, actor_id, details from app_public.audit_events order by id desc limit 1',
    );
    expect(rows).toEqual([{ action: 'email_verified', actor_id: ada.id, details: { email: ada.email } }]);
  });

  describe('ends what others could verify their claims with', () => {
    beforeEach(async () => {
      await add(bob, ada.email);
      await db.owner.query('update app_private.session_secrets set password_confirmed_at = null');
      await db.owner.query('delete from graphile_worker._private_jobs');
    });

    it('in whatever case, with their tokens', async () => {
      const carol = await db.createUser('carol');
      await add(carol, 'ADA@Example.com');
      const [rival, other] = [await tokenFor(bob, ada.email), await tokenFor(carol, 'ADA@Example.com')];
      await ada.query(VERIFY, [await tokenFor(ada)]);
      for (const [user, token] of [
        [bob, rival],
        [carol, other],
      ] as const) {
        await expectCode(user.query(VERIFY, [token]), 'INVALID_TOKEN');
        expect(await addressesOf(user)).not.toContainEqual(expect.objectContaining({ is_verified: true }));
      }
    });

    it('and what a reset of their password would prove it with', async () => {
      await db.owner.query('delete from app_public.user_emails where email = $1', [bob.email]);
      const token = await db.owner.value<string>(
        `select app_private.create_one_time_token('password_reset', user_id, id)
         from app_public.user_emails where user_id = $1`,
        [bob.id],
      );
      await ada.query(VERIFY, [await tokenFor(ada)]);
      await expectCode(
        db.anonymous.query('select app_public.reset_password($1, $2)', [token, 'a new password']),
        'INVALID_TOKEN',
      );
    });

    it.each([true, false])('without telling them (verified address of their own: %s)', async (isVerified) => {
      await db.owner.query('update app_public.user_emails set is_verified = $2 where email = $1', [
        bob.email,
        isVerified,
      ]);
      const seen = async () => {
        const tables = ['users', 'user_emails', 'user_accounts', 'sessions', 'audit_events'];
        const rows = tables.map((table) =>
          bob.query(
            `select * from app_public.${table} where $1 in (
          to_jsonb(${table}) ->> 'user_id', to_jsonb(${table}) ->> 'id')`,
            [bob.id],
          ),
        );
        return (await Promise.all(rows)).map((result) => result.rows);
      };
      const before = await seen();
      await ada.query(VERIFY, [await tokenFor(ada)]);
      expect(await seen()).toEqual(before);
      expect((await db.jobs()).filter(({ payload }) => JSON.stringify(payload).includes('bob'))).toEqual([]);
      expect(await addressesOf(bob)).toMatchObject([
        { email: ada.email, is_verified: false },
        { email: bob.email },
      ]);
    });

    it('and is not undone by a rival who comes later', async () => {
      await ada.query(VERIFY, [await tokenFor(ada)]);
      const carol = await db.createUser('carol');
      await add(carol, ada.email);
      await expect(carol.query(VERIFY, [await tokenFor(carol, ada.email)])).rejects.toMatchObject({
        constraint: 'user_emails_verified_email_key',
      });
    });
  });
});

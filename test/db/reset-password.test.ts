import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectCode, expectDenied, type User, useDatabase } from '../helpers/actors.ts';

const RESET = 'select app_public.reset_password($1, $2)';
const NEW_PASSWORD = 'an entirely new one';

describe('app_public.reset_password', () => {
  const db = useDatabase();
  let ada: User;
  let bob: User;
  beforeEach(async () => {
    ada = await db.createUser('ada');
    bob = await db.createUser('bob');
  });
  /** What a mail to the user's address would hold. */
  const tokenFor = (user: User, email = user.email) =>
    db.owner.value<string>(
      `select app_private.create_one_time_token('password_reset', user_id, id)
       from app_public.user_emails where user_id = $1 and email = $2`,
      [user.id, email],
    );
  const reset = (token: string | null, password: string | null = NEW_PASSWORD) =>
    db.anonymous.value(RESET, [token, password]);
  const logIn = (name: string, password: string) =>
    db.anonymous.value('select user_id from app_public.login($1, $2)', [name, password]);
  const sessionsOf = (user: User) =>
    db.owner.value('select count(*)::int from app_public.sessions where user_id = $1', [user.id]);
  const age = (interval: string) =>
    db.owner.query(
      `update app_private.one_time_tokens
       set created_at = created_at - $1::interval, expires_at = expires_at - $1::interval`,
      [interval],
    );
  const claim = (user: User, email: string, isVerified = false) =>
    db.owner.query('insert into app_public.user_emails (user_id, email, is_verified) values ($1, $2, $3)', [
      user.id,
      email,
      isVerified,
    ]);

  it('can set a new password without the old one', async () => {
    await db.owner.query(
      `update app_private.user_secrets set password_changed_at = now() - interval '1 year'`,
    );
    expect(await reset(await tokenFor(ada))).toBe(true);
    expect(await logIn('ada', ada.password)).toBeNull();
    expect(await logIn('ada', NEW_PASSWORD)).toBe(ada.id);
    expect(await logIn('bob', bob.password)).toBe(bob.id);
    const { rows } = await db.owner.query(
      'select user_id from app_private.user_secrets where password_changed_at = now()',
    );
    expect(rows).toEqual([{ user_id: ada.id }]);
  });

  it('can give an account its first password', async () => {
    await db.owner.query('delete from app_private.user_secrets where user_id = $1', [ada.id]);
    expect(await reset(await tokenFor(ada))).toBe(true);
    expect(await logIn('ada', NEW_PASSWORD)).toBe(ada.id);
  });

  it.each(['another user', 'an administrator', 'the user'])(
    'can be done by %s who has the mail',
    async (who) => {
      const actor = {
        'another user': bob,
        'an administrator': await db.createAdministrator(),
        'the user': ada,
      }[who];
      expect(await actor!.value(RESET, [await tokenFor(ada), NEW_PASSWORD])).toBe(true);
      expect(await logIn('ada', NEW_PASSWORD)).toBe(ada.id);
    },
  );

  it('cannot be done before the request has a role', async () => {
    await expectDenied(db.authenticator.query(RESET, ['x', NEW_PASSWORD]));
  });

  it('grants nothing but the password: no session begins', async () => {
    await reset(await tokenFor(ada));
    expect(await sessionsOf(ada)).toBe(0);
  });

  it('ends every session of the account, personal tokens too, and no other', async () => {
    for (const kind of ['token_pair', 'personal_token'])
      await db.owner.query(
        'update app_public.sessions set kind = $2::app_public.session_kind where id = $1',
        [(await db.logIn(ada)).sessionId, kind],
      );
    await reset(await tokenFor(ada));
    expect(await sessionsOf(ada)).toBe(0);
    expect(await sessionsOf(bob)).toBe(1);
  });

  it('works while the account is throttled, and ends that for its name and every address of it', async () => {
    await claim(ada, 'second@example.com', true);
    for (const name of ['ada', 'Ada@Example.com', 'second@example.com', 'bob'])
      for (let i = 0; i < 5; i++) await logIn(name, 'wrong');
    for (const name of ['ada', 'ada@example.com', 'second@example.com', 'bob'])
      await expectCode(logIn(name, NEW_PASSWORD), 'TOO_MANY_ATTEMPTS');

    await reset(await tokenFor(ada));
    for (const name of ['ada', 'ada@example.com', 'second@example.com'])
      expect(await logIn(name, NEW_PASSWORD)).toBe(ada.id);
    await expectCode(logIn('bob', bob.password), 'TOO_MANY_ATTEMPTS');
  });

  describe('proves the address', () => {
    it('which then is verified, and nobody else’s', async () => {
      const token = await tokenFor(ada);
      await claim(bob, ada.email);
      await reset(token);
      const { rows } = await db.owner.query(
        'select user_id, is_verified, is_primary from app_public.user_emails where email = $1 and is_verified',
        [ada.email],
      );
      expect(rows).toEqual([{ user_id: ada.id, is_verified: true, is_primary: true }]);
    });

    it('although the browser is logged in to an account that claims it, and that claim stays as it is', async () => {
      const token = await tokenFor(ada);
      await claim(bob, ada.email);
      await db.owner.query('delete from app_public.user_emails where email = $1', [bob.email]);
      await db.owner.query('update app_private.session_secrets set password_confirmed_at = null');
      expect(await bob.value(RESET, [token, NEW_PASSWORD])).toBe(true);
      expect(
        await db.owner.value('select is_verified from app_public.user_emails where user_id = $1', [bob.id]),
      ).toBe(false);
    });
  });

  it('tells the owner, and keeps a record', async () => {
    await db.owner.query('delete from graphile_worker._private_jobs');
    await reset(await tokenFor(ada));
    expect(await db.mails()).toMatchObject([{ to: ada.email, subject: 'Your password was reset' }]);
    expect(
      await db.owner.value(
        'select array_agg(action order by id) from app_public.audit_events where user_id = $1',
        [ada.id],
      ),
    ).toEqual(['registered', 'email_verified', 'password_reset']);
  });

  it('leaves a suspended account suspended', async () => {
    await db.owner.query('update app_public.user_accounts set suspended_at = now() where user_id = $1', [
      ada.id,
    ]);
    await reset(await tokenFor(ada));
    await expectCode(logIn('ada', NEW_PASSWORD), 'ACCOUNT_SUSPENDED');
  });

  describe('cannot be done', () => {
    it('with a token 61 minutes old, but with one of 59', async () => {
      const token = await tokenFor(ada);
      await age('59 minutes');
      await age('2 minutes');
      await expectCode(reset(token), 'INVALID_TOKEN');
      await age('-2 minutes');
      expect(await reset(token)).toBe(true);
    });

    it('twice with one token, nor with an older one afterwards', async () => {
      const [older, token] = [await tokenFor(ada), await tokenFor(ada)];
      await reset(token);
      await expectCode(reset(token), 'INVALID_TOKEN');
      await expectCode(reset(older), 'INVALID_TOKEN');
      expect(await logIn('ada', NEW_PASSWORD)).toBe(ada.id);
    });

    it.each(['email_verification', 'account_deletion'])('with a token for %s', async (purpose) => {
      const token = await db.owner.value<string>('select app_private.create_one_time_token($1, $2)', [
        purpose,
        ada.id,
      ]);
      await expectCode(reset(token), 'INVALID_TOKEN');
    });

    it('with a made-up token', async () => {
      await expectCode(reset('x'), 'INVALID_TOKEN');
      expect(await sessionsOf(ada)).toBe(1);
    });

    it('with a weak password, which does not spend the token', async () => {
      const token = await tokenFor(ada);
      for (const weak of ['short', 'password1', 'x'.repeat(1025)])
        await expect(reset(token, weak)).rejects.toMatchObject({
          hint: 'WEAK_PASSWORD',
          column: 'newPassword',
        });
      expect(await reset(token)).toBe(true);
    });

    it('without a token or a password', async () => {
      expect(await reset(null)).toBeNull();
      expect(await reset(await tokenFor(ada), null)).toBeNull();
      expect(await logIn('ada', ada.password)).toBe(ada.id);
    });
  });
});

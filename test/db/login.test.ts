import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectCode, expectDenied, type User, useDatabase } from '../helpers/actors.ts';

describe('app_public.login', () => {
  const db = useDatabase();
  let ada: User;
  beforeEach(async () => {
    ada = await db.createUser('ada');
  });
  /** The id of the user that this name and password log in; undefined for nobody. */
  const logIn = async (username: string | null, password: string | null, actor = db.anonymous) => {
    const { rows } = await actor.query('select user_id from app_public.login($1, $2)', [username, password]);
    return rows[0]?.user_id ?? undefined;
  };
  const failures = () =>
    db.owner.value('select coalesce(sum(failures), 0)::int from app_private.login_attempts');
  const addEmail = (user: User, email: string, isVerified: boolean) =>
    db.owner.query('insert into app_public.user_emails (user_id, email, is_verified) values ($1, $2, $3)', [
      user.id,
      email,
      isVerified,
    ]);

  describe('by whom', () => {
    it('can log in as anonymous, and the session works', async () => {
      const sessionId = await db.anonymous.value<string>('select id from app_public.login($1, $2)', [
        ada.username,
        ada.password,
      ]);
      expect(await db.bySession(sessionId).value('select app_public.current_user_id()')).toBe(ada.id);
    });

    it('can log in as somebody else while logged in, which ends the former session', async () => {
      const bob = await db.createUser();
      const administrator = await db.createAdministrator();
      for (const actor of [bob, administrator]) {
        expect(await logIn(ada.username, ada.password, actor)).toBe(ada.id);
        await expectCode(actor.query('select'), 'UNAUTHENTICATED');
      }
    });

    it('keeps the former session when the password is wrong', async () => {
      const bob = await db.createUser();
      expect(await logIn(ada.username, 'wrong', bob)).toBeUndefined();
      expect(await bob.value('select app_public.current_user_id()')).toBe(bob.id);
    });

    it('cannot be called before the request has a role', async () => {
      await expectDenied(logIn(ada.username, ada.password, db.authenticator));
    });
  });

  describe('names', () => {
    it.each(['ada', 'ADA', ' ada '])('can be the user name, written %j', async (username) => {
      expect(await logIn(username, ada.password)).toBe(ada.id);
    });

    it.each(['ada@example.com', 'Ada@Example.COM', ' ada@example.com '])(
      'can be a verified address, written %j, and no claim, not even the only one',
      async (email) => {
        expect(await logIn(email, ada.password)).toBeUndefined();
        await db.owner.query('update app_public.user_emails set is_verified = true');
        expect(await logIn(email, ada.password)).toBe(ada.id);
      },
    );

    it('can be a verified address, whoever else claims it', async () => {
      const bob = await db.createUser();
      await addEmail(ada, 'shared@example.com', true);
      await addEmail(bob, 'shared@example.com', false);
      for (const written of ['shared@example.com', ' Shared@Example.COM '])
        expect(await logIn(written, ada.password)).toBe(ada.id);
      expect(await logIn('shared@example.com', bob.password)).toBeUndefined();
    });

    it('cannot be an address that several claim and nobody has verified', async () => {
      const bob = await db.createUser();
      await addEmail(ada, 'shared@example.com', false);
      await addEmail(bob, 'shared@example.com', false);
      for (const { password } of [ada, bob])
        expect(await logIn('shared@example.com', password)).toBeUndefined();
    });

    it.each(['', '@', 'a', 'nobody', 'nobody@example.com', 'ad_', '%', 'ada@example.co_'])(
      'cannot be %j, which is nobody’s',
      async (username) => {
        expect(await logIn(username, ada.password)).toBeUndefined();
      },
    );
  });

  describe('passwords', () => {
    it.each(['', 'wrong', ' '])('cannot be %j', async (password) => {
      expect(await logIn(ada.username, password)).toBeUndefined();
    });

    it('cannot be another’s, in other case, or longer or shorter by white space', async () => {
      const bob = await db.createUser();
      for (const password of [
        bob.password,
        ada.password.toUpperCase(),
        `${ada.password} `,
        ` ${ada.password}`,
      ])
        expect(await logIn(ada.username, password)).toBeUndefined();
    });

    it('make no session when wrong, and are counted', async () => {
      const sessions = 'select count(*)::int from app_public.sessions';
      const before = await db.owner.value(sessions);
      await logIn(ada.username, 'wrong');
      await logIn('nobody', 'wrong');
      expect(await db.owner.value(sessions)).toBe(before);
      expect(await failures()).toBe(2);
    });

    it('cannot be left out, nor the name', async () => {
      expect(await logIn(ada.username, null)).toBeUndefined();
      expect(await logIn(null, ada.password)).toBeUndefined();
      expect(await failures()).toBe(0);
    });
  });

  describe('suspended accounts', () => {
    beforeEach(() =>
      db.owner.query('update app_public.user_accounts set suspended_at = now() where user_id = $1', [ada.id]),
    );

    it('cannot log in, and hear why', async () => {
      await expectCode(logIn(ada.username, ada.password), 'ACCOUNT_SUSPENDED');
    });

    it('cannot be told from others without the password', async () => {
      expect(await logIn(ada.username, 'wrong')).toBeUndefined();
    });
  });

  describe('app_private.find_user_id_by_login_name', () => {
    it('cannot be asked by anybody but the owner', async () => {
      const administrator = await db.createAdministrator();
      for (const actor of [ada, db.anonymous, administrator, db.authenticator])
        await expectDenied(actor.query(`select app_private.find_user_id_by_login_name('ada')`));
    });
  });
});

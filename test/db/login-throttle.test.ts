import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectCode, expectDenied, type User, useDatabase } from '../helpers/actors.ts';

describe('the throttle of guesses', () => {
  const db = useDatabase();
  let ada: User;
  beforeEach(async () => {
    ada = await db.createUser('ada');
  });
  const logIn = (password: string, username = 'ada') =>
    db.anonymous.value('select user_id from app_public.login($1, $2)', [username, password]);
  async function fail(times: number, username?: string) {
    for (let i = 0; i < times; i++) expect(await logIn('wrong', username)).toBeNull();
  }
  const expectThrottled = (statement: Promise<unknown>) => expectCode(statement, 'TOO_MANY_ATTEMPTS');
  /** As if so much time had gone by since the last failure and the wait it brought. */
  const letPass = (interval: string) =>
    db.owner.query(
      `update app_private.login_attempts
       set last_failed_at = last_failed_at - $1::interval, retry_after = retry_after - $1::interval`,
      [interval],
    );
  const failures = () => db.owner.value('select failures from app_private.login_attempts');

  describe('after 5 failures', () => {
    it('refuses the right password too, until a minute has passed', async () => {
      await fail(4);
      expect(await logIn(ada.password)).toBe(ada.id);
      await fail(5);
      await expectThrottled(logIn(ada.password));
      await letPass('50 seconds');
      await expectThrottled(logIn(ada.password));
      await letPass('10 seconds');
      expect(await logIn(ada.password)).toBe(ada.id);
    });

    it('tells how many seconds to wait', async () => {
      await fail(5);
      await letPass('20 seconds');
      const failure = await logIn('wrong').catch((error) => error);
      const { detail, message } = failure as { detail: string; message: string };
      // 40, unless the machine has taken a moment.
      expect(detail).toMatch(/^(40|3\d)$/);
      expect(message).toBe(`Too many attempts. Try again in ${detail} seconds.`);
    });

    it('doubles the wait with each further failure, up to 15 minutes', async () => {
      await fail(4);
      const waits: unknown[] = [];
      for (let i = 0; i < 7; i++) {
        await fail(1);
        waits.push(
          await db.owner.value(
            `select round(extract(epoch from retry_after - last_failed_at) / 60)::int
             from app_private.login_attempts`,
          ),
        );
        await expectThrottled(logIn(ada.password));
        await db.owner.query('update app_private.login_attempts set retry_after = clock_timestamp()');
      }
      expect(waits).toEqual([1, 2, 4, 8, 15, 15, 15]);
    });

    it('stays at 15 minutes after a great many failures', async () => {
      await fail(1);
      await db.owner.query('update app_private.login_attempts set failures = 1000000');
      await fail(1);
      await letPass('14 minutes 50 seconds');
      await expectThrottled(logIn(ada.password));
      await letPass('10 seconds');
      expect(await logIn(ada.password)).toBe(ada.id);
    });

    it('counts nothing while it refuses', async () => {
      await fail(5);
      const before = await db.owner.query('select * from app_private.login_attempts');
      for (let i = 0; i < 3; i++) await expectThrottled(logIn('wrong'));
      expect((await db.owner.query('select * from app_private.login_attempts')).rows).toEqual(before.rows);
    });
  });

  describe('forgetting', () => {
    it('takes 5 minutes after the last failure', async () => {
      await fail(4);
      await letPass('4 minutes 50 seconds');
      await fail(1);
      await expectThrottled(logIn(ada.password));
    });

    it('begins to count anew after that', async () => {
      await fail(4);
      await letPass('5 minutes');
      await fail(1);
      expect(await failures()).toBe(1);
      expect(await logIn(ada.password)).toBe(ada.id);
    });

    it('takes 5 minutes after the end of a wait', async () => {
      await fail(5);
      await letPass('5 minutes 50 seconds');
      await fail(1);
      expect(await failures()).toBe(6);
      await letPass('7 minutes');
      await fail(1);
      expect(await failures()).toBe(1);
      expect(await logIn(ada.password)).toBe(ada.id);
    });

    it('is immediate after a success', async () => {
      await fail(4);
      await logIn(ada.password);
      expect(await failures()).toBeUndefined();
      await fail(4);
      expect(await logIn(ada.password)).toBe(ada.id);
    });
  });

  describe('names', () => {
    it('counts one that nobody has like any other', async () => {
      await fail(5, 'nobody');
      await expectThrottled(logIn('wrong', 'nobody'));
    });

    it.each(['ADA', ' ada', 'ada ', 'aDa'])('counts %j as ada', async (username) => {
      await fail(5, username);
      await expectThrottled(logIn(ada.password));
    });

    it.each(['ａｄａ', 'ᵃᵈᵃ', '\u0430da'])(
      'counts %j, which does not log in to ada, apart',
      async (username) => {
        await fail(5, username);
        expect(await logIn(ada.password)).toBe(ada.id);
        await expectThrottled(logIn(ada.password, username));
      },
    );

    it('counts each on its own', async () => {
      const bob = await db.createUser('bob');
      await db.owner.query('update app_public.user_emails set is_verified = true');
      await fail(5);
      expect(await logIn(bob.password, 'bob')).toBe(bob.id);
      expect(await logIn(ada.password, ada.email)).toBe(ada.id);
      await expectThrottled(logIn(ada.password));
    });

    it('are kept as an HMAC under the key of this database', async () => {
      await fail(1, ' Nobody@Example.com');
      const key = await db.owner.value<Buffer>('select throttle_key from app_private.settings');
      expect(await db.owner.value('select login_name_key from app_private.login_attempts')).toEqual(
        createHmac('sha256', key).update('nobody@example.com').digest(),
      );
    });
  });

  describe('sessions', () => {
    const reauthenticate = (actor: User, password: string) =>
      actor.value('select app_public.reauthenticate($1)', [password]);
    const changePassword = (actor: User, password: string) =>
      actor.value('select app_public.change_password($1, $2)', [password, 'a new password']);
    const requestDeletion = (actor: User, password: string) =>
      actor.value('select app_public.request_account_deletion($1)', [password]);

    const rename = (name: string) =>
      ada.query('update app_public.users set username = $2 where id = $1', [ada.id, name]);

    it('cannot be used for more guesses: all sessions of an account count together', async () => {
      const elsewhere = await db.logIn(ada);
      expect(await reauthenticate(ada, 'wrong')).toBeNull();
      expect(await changePassword(ada, 'wrong')).toBeNull();
      const other = await db.createUser('bob');
      expect(await reauthenticate(other, 'wrong')).toBeNull();
      for (const guess of [reauthenticate, changePassword, requestDeletion])
        expect(await guess(elsewhere, 'wrong')).toBeNull();

      for (const guess of [reauthenticate, changePassword, requestDeletion])
        await expectThrottled(guess(ada, ada.password));
      expect(await reauthenticate(other, other.password)).toBe(true);
      // Guesses at login do not keep the owner from what asks for the password, nor the other way round.
      expect(await logIn(ada.password)).toBe(ada.id);
    });

    it('cannot get more guesses by another name of the account', async () => {
      for (const name of ['eve', 'mallory', 'ada']) {
        for (let i = 0; i < 2; i++) await reauthenticate(ada, 'wrong').catch(() => {});
        await rename(name);
      }
      await expectThrottled(reauthenticate(ada, ada.password));
      await expectThrottled(changePassword(ada, ada.password));
    });

    it('cannot get more guesses at login by another name either', async () => {
      await fail(3);
      await rename('eve');
      await fail(2, 'eve');
      await expectThrottled(logIn(ada.password, 'eve'));
      await rename('ADA');
      await expectThrottled(logIn(ada.password));
      await rename('mallory');
      await expectThrottled(logIn(ada.password, 'mallory'));
      await letPass('1 minute');
      expect(await logIn(ada.password, 'mallory')).toBe(ada.id);
    });

    it('can be told apart from a login name that holds the id of the user', async () => {
      for (const name of [ada.id, ada.id.replaceAll('-', ''), `user:${ada.id}`]) await fail(5, name);
      expect(await reauthenticate(ada, ada.password)).toBe(true);
    });

    it('are not ended by it', async () => {
      await fail(5);
      expect(await ada.value('select app_public.current_user_id()')).toBe(ada.id);
    });

    it('can clear it by the right password', async () => {
      for (let i = 0; i < 4; i++) await reauthenticate(ada, 'wrong');
      expect(await failures()).toBe(4);
      expect(await reauthenticate(ada, ada.password)).toBe(true);
      expect(await failures()).toBeUndefined();
    });
  });

  it.each([
    `login_name_key('ada')`,
    `user_attempts_key(null)`,
    `clear_login_attempts_of_user(null)`,
    `begin_login_attempt('ada')`,
    `fail_login_attempt('')`,
    `clear_login_attempts('')`,
    `check_password(null, 'ada', 'x')`,
    `check_current_password('x')`,
  ])('cannot be reached through %s', async (call) => {
    const administrator = await db.createAdministrator();
    for (const actor of [ada, db.anonymous, administrator, db.authenticator])
      await expectDenied(actor.query(`select app_private.${call}`));
  });
});

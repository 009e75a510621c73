import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectCode, type User, useDatabase } from '../helpers/actors.ts';

const NEW_PASSWORD = 'an entirely new one';
const SECOND = 'second@example.com';

describe('one-time tokens of an account', () => {
  const db = useDatabase();
  let ada: User;
  let bob: User;
  beforeEach(async () => {
    ada = await db.createUser('ada');
    bob = await db.createUser('bob');
    await db.owner.query('insert into app_public.user_emails (user_id, email) values ($1, $2)', [
      ada.id,
      SECOND,
    ]);
    // What registering has sent.
    await db.mails();
    await db.owner.query('delete from app_private.one_time_tokens');
  });
  const tokenFor = (purpose: string, user: User, email = user.email) =>
    db.owner.value<string>(
      `select app_private.create_one_time_token($1, user_id, id) from app_public.user_emails where user_id = $2 and email = $3`,
      [purpose, user.id, email],
    );
  const reset = (token: string, password = NEW_PASSWORD) =>
    db.anonymous.value('select app_public.reset_password($1, $2)', [token, password]);
  const verify = (user: User, token: string) => user.value('select app_public.verify_email($1)', [token]);
  const setVerified = (email: string) =>
    db.owner.query('update app_public.user_emails set is_verified = true where email = $1', [email]);

  const ENDERS: [string, () => Promise<unknown>][] = [
    ['reset', async () => reset(await tokenFor('password_reset', ada, SECOND))],
    ['change', () => ada.value('select app_public.change_password($1, $2)', [ada.password, NEW_PASSWORD])],
  ];

  describe.each(ENDERS)('after a %s of the password', (_, end) => {
    /** A session of the owner's with the new password. */
    const logInAgain = () => db.logIn({ ...ada, password: NEW_PASSWORD });

    it('cannot undo it: neither a reset of another address, nor a verification, nor a deletion', async () => {
      await setVerified(ada.email);
      const tokens = {
        reset: await tokenFor('password_reset', ada),
        verification: await tokenFor('email_verification', ada, SECOND),
        deletion: await tokenFor('account_deletion', ada),
      };
      const ofBob = await tokenFor('password_reset', bob);
      expect(await end()).toBe(true);

      const owner = await logInAgain();
      await expectCode(reset(tokens.reset, 'the thief has chosen it'), 'INVALID_TOKEN');
      await expectCode(verify(owner, tokens.verification), 'INVALID_TOKEN');
      await expectCode(
        owner.query('select app_public.confirm_account_deletion($1)', [tokens.deletion]),
        'INVALID_TOKEN',
      );
      expect(await reset(ofBob)).toBe(true);
    });

    it('cannot be made by a mail that was asked for before, and can by one that is asked for after it', async () => {
      await setVerified(ada.email);
      const ask = async (user: User) => {
        await db.anonymous.query('select app_public.forgot_password($1)', [ada.email]);
        await user.query(
          `select app_public.resend_email_verification(id) from app_public.user_emails where email = $1`,
          [SECOND],
        );
        await user.query('select app_public.request_account_deletion($1)', [user.password]);
      };
      const links = async () =>
        (await db.mails()).flatMap(
          (mail) => JSON.stringify(mail).match(/(reset-password|verify-email|delete-account)(?=#)/g) ?? [],
        );

      await ask(ada);
      expect(await end()).toBe(true);
      expect(await links()).toEqual([]);
      expect(
        await db.owner.value('select count(*)::int from app_private.one_time_tokens where user_id = $1', [
          ada.id,
        ]),
      ).toBe(0);

      await ask(await logInAgain());
      const expected = ['reset-password', 'verify-email', 'delete-account'];
      // A reset through the second address has verified it.
      const isVerified = await db.owner.value(
        'select is_verified from app_public.user_emails where email = $1',
        [SECOND],
      );
      expect((await links()).sort()).toEqual(
        expected.filter((link) => link !== 'verify-email' || !isVerified).sort(),
      );
    });
  });

  it('can verify the primary address after a change of the password', async () => {
    const mailed = await tokenFor('email_verification', ada);
    const primary = `select id from app_public.user_emails where user_id = $1 and is_primary`;
    await ada.query(`select app_public.resend_email_verification((${primary}))`, [ada.id]);
    await ada.query('select app_public.change_password($1, $2)', [ada.password, NEW_PASSWORD]);
    expect(JSON.stringify(await db.mails())).toContain('verify-email#');
    expect(await verify(ada, mailed)).toBe(true);
  });

  it('cannot reset by an address that is not verified once another one is', async () => {
    const stranger = await tokenFor('password_reset', ada, SECOND);
    const own = await tokenFor('password_reset', ada);
    expect(await verify(ada, await tokenFor('email_verification', ada))).toBe(true);
    await expectCode(reset(stranger), 'INVALID_TOKEN');
    expect(await reset(own)).toBe(true);
  });
});

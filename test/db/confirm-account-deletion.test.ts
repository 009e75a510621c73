import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Actor, expectCode, expectDenied, type User, useDatabase } from '../helpers/actors.ts';
import { rowsOfAccount } from '../helpers/rows-of-account.ts';

const CONFIRM = 'select app_public.confirm_account_deletion($1)';

describe('the deletion of an account', () => {
  const db = useDatabase();
  let ada: User;
  let bob: User;
  beforeEach(async () => {
    ada = await db.createUser('ada');
    bob = await db.createUser('bob');
    await db.owner.query('delete from graphile_worker._private_jobs');
  });
  const tokenFor = (user: User, purpose = 'account_deletion') =>
    db.owner.value<string>('select app_private.create_one_time_token($1, $2)', [purpose, user.id]);
  const exists = async (user: User) =>
    (await db.owner.query('select from app_public.users where id = $1', [user.id])).rowCount === 1;
  const age = (interval: string) =>
    db.owner.query(
      `update app_private.one_time_tokens
       set created_at = created_at - $1::interval, expires_at = expires_at - $1::interval`,
      [interval],
    );
  const lastEvent = async (user: User) =>
    (
      await db.owner.query(
        'select action, actor_id from app_public.audit_events where user_id = $1 order by id desc limit 1',
        [user.id],
      )
    ).rows[0];

  describe('app_public.confirm_account_deletion', () => {
    const rowsOf = (user: User) =>
      rowsOfAccount(async (text, values) => (await db.owner.query(text, values)).rows, user.id);

    it('takes every row of the account with it, but those of the audit, and no other’s', async () => {
      await db.logIn(ada);
      await db.owner.query(
        `insert into app_private.cookie_sessions (sid, sess, expire)
         values ('ada', json_build_object('sessionId', $1::text), now() + interval '1 day')`,
        [ada.sessionId],
      );
      for (const user of [ada, bob]) await tokenFor(user, 'password_reset');
      const before = await rowsOf(ada);
      const others = await rowsOf(bob);
      expect(Object.keys(before)).toEqual(expect.arrayContaining(Object.keys(others)));
      for (const name of ['app_public.users', 'app_public.user_emails', 'app_private.one_time_tokens'])
        expect(before[name]).toBeGreaterThan(0);

      expect(await ada.value(CONFIRM, [await tokenFor(ada)])).toBe(true);

      const { 'app_public.audit_events': events, ...rest } = await rowsOf(ada);
      expect(Object.values(rest).every((count) => count === 0)).toBe(true);
      expect(events).toBe(before['app_public.audit_events']! + 1);
      for (const table of ['cookie_sessions', 'session_secrets'])
        expect(
          await db.owner.value(`select count(*)::int from app_private.${table} where session_id = $1`, [
            ada.sessionId,
          ]),
        ).toBe(0);
      expect(await rowsOf(bob)).toEqual(others);
    });

    it('ends the session, and frees the name and the address', async () => {
      await ada.query(CONFIRM, [await tokenFor(ada)]);
      await expectCode(ada.query('select'), 'UNAUTHENTICATED');
      expect((await db.createUser('ada')).id).not.toBe(ada.id);
    });

    it('is recorded, and told to every verified address', async () => {
      await ada.query(`insert into app_public.user_emails (email) values ('second@example.com')`);
      await db.owner.query('update app_public.user_emails set is_verified = true where user_id = $1', [
        ada.id,
      ]);
      await db.owner.query('delete from graphile_worker._private_jobs');
      await ada.query(CONFIRM, [await tokenFor(ada)]);
      const mails = await db.mails();
      expect(mails.map(({ to }) => to).sort()).toEqual([ada.email, 'second@example.com']);
      expect(mails[0]).toMatchObject({ subject: 'Your account was deleted' });
      expect(await lastEvent(ada)).toEqual({ action: 'account_deleted', actor_id: ada.id });
    });

    it('needs no recent password: that was asked for by the request', async () => {
      await db.owner.query('update app_private.session_secrets set password_confirmed_at = null');
      expect(await ada.value(CONFIRM, [await tokenFor(ada)])).toBe(true);
    });

    it('cannot be done by another account, which does not spend the token', async () => {
      const token = await tokenFor(ada);
      const administrator = await db.createAdministrator();
      for (const actor of [bob, administrator])
        await expectCode(actor.query(CONFIRM, [token]), 'INVALID_TOKEN');
      expect(await exists(ada)).toBe(true);
      expect(await ada.value(CONFIRM, [token])).toBe(true);
    });

    it('cannot be done without a session', async () => {
      const token = await tokenFor(ada);
      for (const actor of [db.anonymous, db.authenticator]) await expectDenied(actor.query(CONFIRM, [token]));
    });

    it('cannot be done with a token 61 minutes old, but with one of 59', async () => {
      const token = await tokenFor(ada);
      await age('61 minutes');
      await expectCode(ada.query(CONFIRM, [token]), 'INVALID_TOKEN');
      await age('-2 minutes');
      expect(await ada.value(CONFIRM, [token])).toBe(true);
    });

    it.each(['password_reset', 'email_verification'])(
      'cannot be done with a token for %s',
      async (purpose) => {
        await expectCode(ada.query(CONFIRM, [await tokenFor(ada, purpose)]), 'INVALID_TOKEN');
        await expectCode(ada.query(CONFIRM, ['x']), 'INVALID_TOKEN');
        expect(await ada.value(CONFIRM, [null])).toBeNull();
      },
    );

    it('cannot be done by the last administrator, whose token is then as good as before', async () => {
      const administrator = await db.createAdministrator();
      const token = await tokenFor(administrator);
      await expectCode(administrator.query(CONFIRM, [token]), 'LAST_ADMINISTRATOR');
      await db.createAdministrator();
      expect(await administrator.value(CONFIRM, [token])).toBe(true);
    });
  });

  it('cannot be done in any other way', async () => {
    const administrator = await db.createAdministrator();
    for (const actor of [ada, administrator, db.anonymous] as Actor[])
      for (const table of ['users', 'user_accounts'])
        await expectDenied(actor.query(`delete from app_public.${table}`));
  });
});

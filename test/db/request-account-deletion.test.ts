import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectCode, expectDenied, type User, useDatabase } from '../helpers/actors.ts';

const REQUEST = 'select app_public.request_account_deletion($1)';
const CONFIRM = 'select app_public.confirm_account_deletion($1)';

describe('the request to delete an account', () => {
  const db = useDatabase();
  let ada: User;
  let bob: User;
  beforeEach(async () => {
    ada = await db.createUser('ada');
    bob = await db.createUser('bob');
    await db.owner.query('delete from graphile_worker._private_jobs');
  });
  const exists = async (user: User) =>
    (await db.owner.query('select from app_public.users where id = $1', [user.id])).rowCount === 1;
  const lastEvent = async (user: User) =>
    (
      await db.owner.query(
        'select action, actor_id from app_public.audit_events where user_id = $1 order by id desc limit 1',
        [user.id],
      )
    ).rows[0];

  describe('app_public.request_account_deletion', () => {
    it('can be called with one’s password: it sends a mail, and deletes nothing', async () => {
      expect(await ada.value(REQUEST, [ada.password])).toBe(true);
      expect(await db.jobs()).toMatchObject([{ task: 'send_account_deletion', payload: { userId: ada.id } }]);
      expect(await lastEvent(ada)).toEqual({ action: 'account_deletion_requested', actor_id: ada.id });
      expect(await exists(ada)).toBe(true);
    });

    it('brings one mail for two calls before the first is sent', async () => {
      for (let i = 0; i < 2; i++) await ada.query(REQUEST, [ada.password]);
      expect(await db.jobs()).toHaveLength(1);
    });

    it('cannot be called with a wrong password, which is counted', async () => {
      for (let i = 0; i < 5; i++) expect(await ada.value(REQUEST, [bob.password])).toBeNull();
      await expectCode(ada.query(REQUEST, [ada.password]), 'TOO_MANY_ATTEMPTS');
      expect(await db.jobs()).toEqual([]);
      expect(await ada.value(REQUEST, [null])).toBeNull();
    });

    it('cannot be called without a session', async () => {
      for (const actor of [db.anonymous, db.authenticator])
        await expectDenied(actor.query(REQUEST, [ada.password]));
    });

    it('cannot be called by the last administrator', async () => {
      const administrator = await db.createAdministrator();
      await expectCode(administrator.query(REQUEST, [administrator.password]), 'LAST_ADMINISTRATOR');
      await db.createAdministrator();
      expect(await administrator.value(REQUEST, [administrator.password])).toBe(true);
    });
  });

  describe('the mail', () => {
    it('goes to a verified address, however many of them strangers cause by other spellings of it', async () => {
      await db.owner.query('update app_public.user_emails set is_verified = true where user_id = $1', [
        ada.id,
      ]);
      await db.owner.query(
        `update app_public.user_emails set email = 'ada+1@example.com' where user_id = $1`,
        [bob.id],
      );
      const mailsFor = async (user: User) => {
        await db.owner.query('delete from graphile_worker._private_jobs');
        await user.query(REQUEST, [user.password]);
        return (await db.mails()).map(({ to }) => to);
      };
      for (let i = 0; i < 5; i++) expect(await mailsFor(bob)).toEqual(['ada+1@example.com']);
      expect(await mailsFor(bob)).toEqual([]);
      for (let i = 0; i < 5; i++) expect(await mailsFor(ada)).toEqual([ada.email]);
      expect(await mailsFor(ada)).toEqual([]);
    });

    it('goes to the primary address, names the account, and holds the token', async () => {
      const second = await ada.value(
        `insert into app_public.user_emails (email) values ('second@example.com') returning id`,
      );
      await db.owner.query('select app_private.set_primary_email($1, $2)', [ada.id, second]);
      await db.owner.query('delete from graphile_worker._private_jobs');
      await ada.query(REQUEST, [ada.password]);
      const mails = await db.mails();
      expect(mails).toMatchObject([{ to: 'second@example.com', action: { label: 'Delete the account' } }]);
      expect(mails[0]!.paragraphs[0]).toContain('account ada,');
      expect(await ada.value(CONFIRM, [mails[0]!.action!.url.split('#token=')[1]])).toBe(true);
    });

    it('is not sent for an account that is gone or has no address, nor a sixth time in an hour', async () => {
      for (let i = 0; i < 6; i++) {
        await ada.query(REQUEST, [ada.password]);
        expect(await db.mails()).toHaveLength(i < 5 ? 1 : 0);
      }
      await bob.query(REQUEST, [bob.password]);
      const carol = await db.createUser('carol');
      await db.owner.query('delete from app_public.user_emails where user_id = $1', [carol.id]);
      await carol.query(REQUEST, [carol.password]);
      await db.owner.query('delete from app_public.users where id = $1', [bob.id]);
      expect(await db.mails()).toEqual([]);
    });

    it('cannot be prepared by a request', async () => {
      for (const actor of [ada, await db.createAdministrator(), db.anonymous, db.authenticator])
        await expectDenied(actor.query('select app_private.prepare_account_deletion($1)', [ada.id]));
    });
  });
});

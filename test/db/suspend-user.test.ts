import { beforeEach, describe, expect, it } from '@jest/globals';
import { accountFacts } from '../helpers/account-facts.ts';
import { type Actor, expectCode, type User, useDatabase } from '../helpers/actors.ts';

const SUSPEND = `select * from app_public.suspend_user($1, 'spam')`;
const REINSTATE = 'select * from app_public.reinstate_user($1)';
const END_SESSIONS = 'select app_public.end_sessions_of_user($1) as ended';

describe('suspension', () => {
  const db = useDatabase();
  const { lastEvent, accountOf } = accountFacts(db);
  let ada: User;
  let bob: User;
  let administrator: User;
  beforeEach(async () => {
    ada = await db.createUser('ada');
    bob = await db.createUser('bob');
    administrator = await db.createAdministrator('root');
    await db.owner.query('delete from graphile_worker._private_jobs');
  });
  const raise = (actor: Actor, call: string, user: User) => actor.query(call, [user.id]);
  const verifyAddresses = () => db.owner.query('update app_public.user_emails set is_verified = true');

  describe('app_public.suspend_user', () => {
    it('can end every session of an account at once, and lets nobody log in to it', async () => {
      const elsewhere = await db.logIn(ada);
      await raise(administrator, SUSPEND, ada);
      for (const session of [ada, elsewhere]) await expectCode(session.query('select'), 'UNAUTHENTICATED');
      await expectCode(db.logIn(ada), 'ACCOUNT_SUSPENDED');
      await bob.query('select');
      await db.logIn(bob);
    });

    it('is recorded, and told to its subject, with the reason', async () => {
      await verifyAddresses();
      await raise(administrator, SUSPEND, ada);
      expect(await accountOf(ada)).toMatchObject({
        suspended_at: expect.any(Date),
        suspension_reason: 'spam',
      });
      expect(await accountOf(bob)).toMatchObject({ suspended_at: null });
      expect(await lastEvent(ada)).toEqual({
        action: 'suspended',
        actor_id: administrator.id,
        details: { reason: 'spam' },
      });
      expect(await db.mails()).toMatchObject([
        { to: ada.email, paragraphs: [expect.any(String), 'Reason: spam'] },
      ]);
    });

    it('can be repeated with another reason, and keeps the time of the first', async () => {
      await raise(administrator, SUSPEND, ada);
      await db.owner.query(
        `update app_public.user_accounts set suspended_at = now() - interval '1 day' where user_id = $1`,
        [ada.id],
      );
      const { suspended_at } = await accountOf(ada);
      await administrator.query(`select app_public.suspend_user($1, 'fraud')`, [ada.id]);
      expect(await accountOf(ada)).toMatchObject({ suspended_at, suspension_reason: 'fraud' });
    });

    it('can be done without a recent password: it must be quick, and takes nothing over', async () => {
      await db.owner.query('update app_private.session_secrets set password_confirmed_at = null');
      await raise(administrator, SUSPEND, ada);
    });

    it('cannot have a reason of more than 1,000 characters', async () => {
      await expect(
        administrator.query('select app_public.suspend_user($1, $2)', [ada.id, 'x'.repeat(1001)]),
      ).rejects.toMatchObject({ constraint: 'user_accounts_suspension_reason_check' });
    });
  });

  describe('app_public.reinstate_user', () => {
    it('can let a suspended account be used again; its sessions stay ended', async () => {
      await raise(administrator, SUSPEND, ada);
      await raise(administrator, SUSPEND, bob);
      await db.owner.query('delete from graphile_worker._private_jobs');
      await raise(administrator, REINSTATE, ada);
      expect(await accountOf(ada)).toMatchObject({ suspended_at: null, suspension_reason: null });
      expect((await db.logIn(ada)).id).toBe(ada.id);
      await expectCode(ada.query('select'), 'UNAUTHENTICATED');
      await expectCode(db.logIn(bob), 'ACCOUNT_SUSPENDED');
    });

    it('is recorded, and told to its subject', async () => {
      await verifyAddresses();
      await raise(administrator, REINSTATE, ada);
      expect(await lastEvent(ada)).toEqual({
        action: 'reinstated',
        actor_id: administrator.id,
        details: {},
      });
      expect(await db.mails()).toMatchObject([{ to: ada.email, subject: 'Your account can be used again' }]);
    });
  });

  describe('app_public.end_sessions_of_user', () => {
    it('can end all of them, says how many, and leaves the account usable', async () => {
      const elsewhere = await db.logIn(ada);
      expect((await raise(administrator, END_SESSIONS, ada)).rows).toEqual([{ ended: 2 }]);
      for (const session of [ada, elsewhere]) await expectCode(session.query('select'), 'UNAUTHENTICATED');
      await db.logIn(ada);
      await bob.query('select');
      expect((await raise(administrator, END_SESSIONS, bob)).rows).toEqual([{ ended: 1 }]);
      expect((await raise(administrator, END_SESSIONS, bob)).rows).toEqual([{ ended: 0 }]);
    });
  });
});

import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Actor, expectCode, expectDenied, type User, useDatabase } from '../helpers/actors.ts';

/** Each of the functions of administrators, with arguments that do something to the user given as $1. */
const FUNCTIONS: [string, string][] = [
  ['set_user_role', `select * from app_public.set_user_role($1, 'administrator')`],
  ['suspend_user', `select * from app_public.suspend_user($1, 'spam')`],
  ['reinstate_user', 'select * from app_public.reinstate_user($1)'],
  ['end_sessions_of_user', 'select app_public.end_sessions_of_user($1) as ended'],
];
const [SET_ROLE, SUSPEND, REINSTATE, END_SESSIONS] = FUNCTIONS.map(([, call]) => call) as [
  string,
  string,
  string,
  string,
];

describe('administration', () => {
  const db = useDatabase();
  let ada: User;
  let bob: User;
  let administrator: User;
  beforeEach(async () => {
    ada = await db.createUser('ada');
    bob = await db.createUser('bob');
    administrator = await db.createAdministrator('root');
    await db.owner.query('delete from graphile_worker._private_jobs');
  });
  const accountOf = async (user: User) =>
    (
      await db.owner.query(
        'select role, suspended_at, suspension_reason from app_public.user_accounts where user_id = $1',
        [user.id],
      )
    ).rows[0]!;
  const lastEvent = async (user: User) =>
    (
      await db.owner.query(
        `select action, actor_id, details from app_public.audit_events
         where user_id = $1 order by id desc limit 1`,
        [user.id],
      )
    ).rows[0]!;
  const state = () =>
    db.owner.value(
      `select jsonb_build_array((select jsonb_agg(a order by user_id) from app_public.user_accounts a),
         (select count(*) from app_public.sessions), (select count(*) from app_public.audit_events),
         (select count(*) from graphile_worker._private_jobs))`,
    );
  const raise = (actor: Actor, call: string, user: User) => actor.query(call, [user.id]);

  describe.each(FUNCTIONS)('app_public.%s', (_, call) => {
    it('cannot be called by a user, anonymous, or before the request has a role', async () => {
      const before = await state();
      for (const actor of [ada, bob, db.anonymous, db.authenticator])
        await expectDenied(raise(actor, call, ada));
      expect(await state()).toEqual(before);
    });

    it('cannot be called by an ordinary session that takes the role of administrators', async () => {
      const before = await state();
      for (const session of [ada.sessionId, null])
        await expectCode(raise(db.bySession(session, 'set local role webadmin'), call, ada), 'FORBIDDEN');
      expect(await state()).toEqual(before);
    });

    it('cannot be called with the name of an administrator, but without their session', async () => {
      const intruder = db.bySession(
        ada.sessionId,
        `set local role webadmin; set local "app.user_id" to '${administrator.id}'`,
      );
      await expectCode(raise(intruder, call, ada), 'FORBIDDEN');
    });

    it('cannot be called by one who is no administrator any more', async () => {
      await db.createAdministrator();
      await db.owner.query(`update app_public.user_accounts set role = 'user' where user_id = $1`, [
        administrator.id,
      ]);
      await expectDenied(raise(administrator, call, ada));
    });

    it('cannot be called for a user who is not there', async () => {
      await expectCode(administrator.query(call, [randomUUID()]), 'NOT_FOUND');
    });

    it('does nothing for nobody', async () => {
      const before = await state();
      await administrator.query(call, [null]);
      expect(await state()).toEqual(before);
    });
  });

  describe('app_public.set_user_role', () => {
    it('can make a user an administrator, from their next request on, and a user again', async () => {
      const { rows } = await raise(administrator, SET_ROLE, ada);
      expect(rows).toMatchObject([{ user_id: ada.id, role: 'administrator' }]);
      expect(await ada.value('select current_user')).toBe('webadmin');
      await administrator.query(`select app_public.set_user_role($1, 'user')`, [ada.id]);
      expect(await ada.value('select current_user')).toBe('webuser');
      expect((await accountOf(bob)).role).toBe('user');
    });

    it('is recorded, and told to its subject', async () => {
      await raise(administrator, SET_ROLE, ada);
      expect(await lastEvent(ada)).toEqual({
        action: 'role_changed',
        actor_id: administrator.id,
        details: { role: 'administrator' },
      });
      const mails = await db.mails();
      expect(mails).toMatchObject([{ to: ada.email, subject: 'Your role was changed' }]);
      expect(mails[0]!.paragraphs[0]).toMatch(/ada.*: administrator\.$/);
    });

    it('cannot be done without a recent password', async () => {
      await db.owner.query(
        `update app_private.session_secrets set password_confirmed_at = now() - interval '10 minutes'`,
      );
      await expectCode(raise(administrator, SET_ROLE, ada), 'REAUTHENTICATION_REQUIRED');
      await administrator.query('select app_public.reauthenticate($1)', [administrator.password]);
      await raise(administrator, SET_ROLE, ada);
    });

    it('cannot give a role that does not exist', async () => {
      await expect(
        administrator.query(`select app_public.set_user_role($1, 'emperor')`, [ada.id]),
      ).rejects.toMatchObject({ code: '22P02' });
    });
  });

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

  describe('what an administrator sees', () => {
    it.each(['user_accounts', 'user_emails', 'sessions', 'audit_events'])(
      'is every row of %s',
      async (table) => {
        const seenBy = async (actor: Actor) =>
          (await actor.query(`select distinct user_id from app_public.${table}`)).rows.map(
            (row) => row.user_id,
          );
        expect((await seenBy(administrator)).sort()).toEqual([ada.id, bob.id, administrator.id].sort());
        expect(await seenBy(ada)).toEqual([ada.id]);
        expect(await seenBy(db.bySession(ada.sessionId, 'set local role webadmin'))).toEqual([ada.id]);
      },
    );
  });

  it('is guarded by a function that no request can call', async () => {
    for (const actor of [ada, administrator, db.anonymous, db.authenticator]) {
      await expectDenied(actor.query('select app_private.assert_administrator()'));
      await expectDenied(actor.query('select app_private.assert_other_administrator($1)', [ada.id]));
    }
  });
});

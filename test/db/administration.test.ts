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

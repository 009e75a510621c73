import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectDenied, type User, useDatabase } from '../helpers/actors.ts';

describe('what is recorded', () => {
  const db = useDatabase();
  let ada: User;
  let bob: User;
  beforeEach(async () => {
    ada = await db.createUser('ada');
    bob = await db.createUser('bob');
  });
  const lastEvent = async (user: User | null) =>
    (
      await db.owner.query(
        `select action, actor_id, session_id, address, client, details from app_public.audit_events
         where user_id is not distinct from $1 order by id desc limit 1`,
        [user?.id ?? null],
      )
    ).rows[0]!;
  const count = (user: User) =>
    db.owner.value<number>('select count(*)::int from app_public.audit_events where user_id = $1', [user.id]);

  it('can say who did what to whom, when, in which session, and from where', async () => {
    await ada.query('delete from app_public.sessions where id = $1', [(await db.logIn(ada)).sessionId]);
    expect(await lastEvent(ada)).toMatchObject({
      action: 'session_ended',
      actor_id: ada.id,
      session_id: ada.sessionId,
      address: '192.0.2.1',
      client: 'jest',
    });
    expect(
      await db.owner.value(
        `select occurred_at between now() and clock_timestamp() from app_public.audit_events
         order by id desc limit 1`,
      ),
    ).toBe(true);
  });

  it('can be about nobody, by nobody', async () => {
    await db.anonymous.query(`select app_public.login('nobody', 'wrong')`);
    expect(await lastEvent(null)).toMatchObject({
      action: 'password_failed',
      actor_id: null,
      session_id: null,
    });
  });

  it('can be written by the system, outside any request', async () => {
    await db.owner.query(
      `select set_config('app.request', '', true), app_private.record_event('checked', $1)`,
      [ada.id],
    );
    expect(await lastEvent(ada)).toEqual({
      action: 'checked',
      actor_id: null,
      session_id: null,
      address: null,
      client: null,
      details: {},
    });
  });

  it('cuts a long name of a client', async () => {
    const talkative = db.bySession(
      ada.sessionId,
      `set local "app.request" to '{"client": "${'x'.repeat(600)}"}'`,
    );
    await talkative.query('select app_public.logout()');
    expect((await lastEvent(ada)).client).toBe('x'.repeat(500));
  });

  it('cannot be written by a request', async () => {
    const administrator = await db.createAdministrator();
    for (const actor of [ada, administrator, db.anonymous, db.authenticator])
      await expectDenied(actor.query(`select app_private.record_event('made_up', null)`));
  });

  describe('of sessions that end', () => {
    it('tells a logout from a session that was ended from another', async () => {
      const elsewhere = await db.logIn(ada);
      await ada.query('delete from app_public.sessions where id = $1', [elsewhere.sessionId]);
      expect(await lastEvent(ada)).toMatchObject({
        action: 'session_ended',
        details: { sessionId: elsewhere.sessionId, kind: 'cookie' },
      });
      await ada.query('select app_public.logout()');
      expect(await lastEvent(ada)).toMatchObject({
        action: 'logged_out',
        details: { sessionId: ada.sessionId },
      });
    });

    it('names the administrator who has ended somebody’s', async () => {
      const administrator = await db.createAdministrator();
      await administrator.query('select app_public.end_sessions_of_user($1)', [ada.id]);
      expect(await lastEvent(ada)).toMatchObject({ action: 'session_ended', actor_id: administrator.id });
    });

    it('is the logout of the old user where a login replaces a session', async () => {
      await bob.query('select app_public.login($1, $2)', [ada.username, ada.password]);
      expect(await lastEvent(bob)).toMatchObject({ action: 'logged_out', actor_id: bob.id });
    });

    it('leaves out what ends by itself, and what goes with its account', async () => {
      const before = await count(ada);
      await db.owner.query('update app_public.sessions set expires_at = now() where user_id = $1', [ada.id]);
      await db.owner.query('select app_private.prune()');
      expect(await count(ada)).toBe(before);

      const token = await db.owner.value(`select app_private.create_one_time_token('account_deletion', $1)`, [
        bob.id,
      ]);
      await bob.query('select app_public.confirm_account_deletion($1)', [token]);
      expect(await lastEvent(bob)).toMatchObject({ action: 'account_deleted' });
    });
  });
});

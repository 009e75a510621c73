import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectCode, expectDenied, type User, useDatabase } from '../helpers/actors.ts';

const REAUTHENTICATE = 'select app_public.reauthenticate($1)';

describe('app_public.reauthenticate', () => {
  const db = useDatabase();
  let ada: User;
  beforeEach(async () => {
    ada = await db.createUser();
  });
  const set = (confirmedAt: string) =>
    db.owner.query(`update app_private.session_secrets set password_confirmed_at = ${confirmedAt}`);
  /** What a function that asks for a recent password sees when this session calls it. */
  const assertRecent = (sessionId: string, userId = ada.id) =>
    db.owner.query(
      `with settings as materialized (
         select set_config('app.user_id', $1, true), set_config('app.session_id', $2, true)
       )
       select app_private.assert_recently_authenticated() from settings`,
      [userId, sessionId],
    );

  it('can confirm one’s password, for 10 minutes', async () => {
    await set(`now() - interval '10 minutes'`);
    await expectCode(assertRecent(ada.sessionId), 'REAUTHENTICATION_REQUIRED');
    expect(await ada.value(REAUTHENTICATE, [ada.password])).toBe(true);
    await assertRecent(ada.sessionId);
    await set(`now() - interval '10 minutes' + interval '1 ms'`);
    await assertRecent(ada.sessionId);
  });

  it('can confirm an administrator’s password', async () => {
    const administrator = await db.createAdministrator();
    expect(await administrator.value(REAUTHENTICATE, [administrator.password])).toBe(true);
  });

  it('confirms it for this session only', async () => {
    const elsewhere = await db.logIn(ada);
    const bob = await db.createUser();
    await set(`now() - interval '1 hour'`);
    await ada.query(REAUTHENTICATE, [ada.password]);
    await expectCode(assertRecent(elsewhere.sessionId), 'REAUTHENTICATION_REQUIRED');
    await expectCode(assertRecent(bob.sessionId, bob.id), 'REAUTHENTICATION_REQUIRED');
  });

  it('cannot be done with a wrong password', async () => {
    const bob = await db.createUser();
    await set(`now() - interval '1 hour'`);
    for (const wrong of ['wrong', '', bob.password, null])
      expect(await ada.value(REAUTHENTICATE, [wrong])).toBeNull();
    await expectCode(assertRecent(ada.sessionId), 'REAUTHENTICATION_REQUIRED');
  });

  it('cannot be called by anonymous, or before the request has a role', async () => {
    for (const actor of [db.anonymous, db.authenticator])
      await expectDenied(actor.query(REAUTHENTICATE, [ada.password]));
  });

  it('cannot be called by a web role without a user', async () => {
    const nobody = db.bySession(null, 'set local role webuser');
    await expectCode(nobody.query(REAUTHENTICATE, [ada.password]), 'UNAUTHENTICATED');
  });

  describe('app_private.assert_recently_authenticated', () => {
    it('cannot be passed by a session that has never given its password, or none at all', async () => {
      await set('null');
      await expectCode(assertRecent(ada.sessionId), 'REAUTHENTICATION_REQUIRED');
      await db.owner.query('delete from app_private.session_secrets');
      await expectCode(assertRecent(ada.sessionId), 'REAUTHENTICATION_REQUIRED');
      await expectCode(assertRecent(''), 'REAUTHENTICATION_REQUIRED');
    });

    it('cannot be passed without a user', async () => {
      await expectCode(assertRecent(ada.sessionId, ''), 'UNAUTHENTICATED');
    });

    it('cannot be called by a web role', async () => {
      const administrator = await db.createAdministrator();
      for (const actor of [ada, db.anonymous, administrator, db.authenticator])
        await expectDenied(actor.query('select app_private.assert_recently_authenticated()'));
    });
  });
});

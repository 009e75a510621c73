import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectCode, expectDenied, type User, useDatabase } from '../helpers/actors.ts';

const LOGOUT = 'select app_public.logout()';

describe('app_public.logout', () => {
  const db = useDatabase();
  let ada: User;
  beforeEach(async () => {
    ada = await db.createUser();
  });

  it('can end the session of a user or an administrator, at once', async () => {
    const administrator = await db.createAdministrator();
    for (const actor of [ada, administrator]) {
      expect(await actor.value(LOGOUT)).toBe(true);
      await expectCode(actor.query('select'), 'UNAUTHENTICATED');
    }
  });

  it('ends no other session', async () => {
    const elsewhere = await db.logIn(ada);
    const bob = await db.createUser();
    await ada.query(LOGOUT);
    await elsewhere.query('select');
    await bob.query('select');
  });

  it('can be called by anonymous, and ends nothing', async () => {
    expect(await db.anonymous.value(LOGOUT)).toBe(false);
    await ada.query('select');
  });

  it('ends the cookie of the session with it', async () => {
    await db.authenticator.query(
      `insert into app_private.cookie_sessions (sid, sess, expire)
       values ('ada', json_build_object('sessionId', $1::text), now() + interval '1 day')`,
      [ada.sessionId],
    );
    await ada.query(LOGOUT);
    expect(await db.authenticator.value('select count(*)::int from app_private.cookie_sessions')).toBe(0);
  });

  it('cannot be called before the request has a role', async () => {
    await expectDenied(db.authenticator.query(LOGOUT));
  });
});

import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectDenied, expectInvisible, expectViolation, type User, useDatabase } from '../helpers/actors.ts';

/** What connect-pg-simple sends to store a session. */
const STORE = `insert into app_private.cookie_sessions (sess, expire, sid)
  select $1, to_timestamp($2), $3
  on conflict (sid) do update set sess = $1, expire = to_timestamp($2) returning sid`;

describe('app_private.cookie_sessions', () => {
  const db = useDatabase();
  let ada: User;
  beforeEach(async () => {
    ada = await db.createUser();
  });
  const store = (sessionId: string, sid = 'cookie') =>
    db.authenticator.query(STORE, [{ cookie: {}, sessionId }, Date.now() / 1000 + 3600, sid]);
  const stored = 'select session_id from app_private.cookie_sessions where sid = $1';

  it('can be written, read, overwritten and deleted by the server', async () => {
    const elsewhere = await db.logIn(ada);
    await store(ada.sessionId);
    await store(elsewhere.sessionId, 'other');
    expect(await db.authenticator.value(stored, ['cookie'])).toBe(ada.sessionId);
    await store(elsewhere.sessionId);
    expect(await db.authenticator.value(stored, ['cookie'])).toBe(elsewhere.sessionId);
    expect(
      (await db.authenticator.query('delete from app_private.cookie_sessions where sid = $1', ['cookie']))
        .rowCount,
    ).toBe(1);
    expect(await db.authenticator.value('select count(*)::int from app_private.cookie_sessions')).toBe(1);
  });

  it('cannot have a cookie’s id or session set by hand', async () => {
    await store(ada.sessionId);
    await expectDenied(db.authenticator.query(`update app_private.cookie_sessions set sid = 'other'`));
    await expectDenied(db.authenticator.query('update app_private.cookie_sessions set session_id = default'));
    await expectDenied(
      db.authenticator.query(
        `insert into app_private.cookie_sessions (sid, sess, expire, session_id) values ('a', '{}', now(), default)`,
      ),
    );
    await expectDenied(db.authenticator.query('truncate app_private.cookie_sessions'));
  });

  it('cannot name a session that does not exist, or no session id at all', async () => {
    await expectViolation(store('00000000-0000-4000-8000-000000000000'), 'cookie_sessions_session_id_fkey');
    await expect(store('not-a-uuid')).rejects.toMatchObject({ code: '22P02' });
  });

  it('loses the cookies of a session that ends, and no others', async () => {
    const bob = await db.createUser();
    await store(ada.sessionId);
    await store(ada.sessionId, 'second');
    await store(bob.sessionId, 'bob');
    await ada.query('delete from app_public.sessions');
    const { rows } = await db.authenticator.query('select sid from app_private.cookie_sessions');
    expect(rows).toEqual([{ sid: 'bob' }]);
  });

  it('cannot be reached by a web role', async () => {
    await store(ada.sessionId);
    const administrator = await db.createAdministrator();
    for (const actor of [ada, administrator, db.anonymous]) {
      await expectDenied(actor.query('select from app_private.cookie_sessions'));
      await expectDenied(actor.query(STORE, [{}, 0, 'mine']));
      await expectDenied(actor.query('update app_private.cookie_sessions set expire = now()'));
      await expectDenied(actor.query('delete from app_private.cookie_sessions'));
    }
  });

  it('cannot be read or written by a web role, even where grants would let it', async () => {
    await store(ada.sessionId);
    await db.owner.query('grant usage on schema app_private to anonymous, webuser, webadmin');
    await db.owner.query('grant all on app_private.cookie_sessions to anonymous, webuser, webadmin');
    const administrator = await db.createAdministrator();
    for (const actor of [ada, administrator, db.anonymous]) {
      await expectInvisible(actor.query('update app_private.cookie_sessions set expire = now()'));
      await expectInvisible(actor.query('delete from app_private.cookie_sessions'));
      await expectDenied(
        actor.query(
          `insert into app_private.cookie_sessions (sid, sess, expire) values ('mine', '{}', now())`,
        ),
      );
    }
  });
});

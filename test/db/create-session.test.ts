import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectCode, expectDenied, type User, useDatabase } from '../helpers/actors.ts';

const LOGIN = 'select * from app_public.login($1, $2)';

describe('app_private.create_session', () => {
  const db = useDatabase();
  let ada: User;
  beforeEach(async () => {
    ada = await db.createUser();
  });
  const logInFrom = async (request: object) => {
    const actor = db.bySession(null, `set local app.request to '${JSON.stringify(request)}'`);
    return (await actor.query(LOGIN, [ada.username, ada.password])).rows[0]!;
  };

  it('takes the limits from the settings, and keeps them in the row', async () => {
    await db.owner.query(
      `update app_private.settings set session_idle = '1 hour', session_absolute = '1 day'`,
    );
    const { sessionId } = await db.logIn(ada);
    const limits = `select idle_limit = '1 hour' and expires_at = now() + interval '1 day'
      and last_active_at = now() and created_at = now() from app_public.sessions where id = $1`;
    expect(await db.owner.value(limits, [sessionId])).toBe(true);

    await db.owner.query(
      `update app_private.settings set session_idle = '2 hours', session_absolute = '2 days'`,
    );
    expect(await db.owner.value(limits, [sessionId])).toBe(true);
  });

  it('notes from where it was started', async () => {
    expect(await logInFrom({ address: '2001:db8::1', client: 'a browser' })).toMatchObject({
      kind: 'cookie',
      user_id: ada.id,
      address: '2001:db8::1',
      client: 'a browser',
      name: null,
    });
  });

  it('can do without knowing from where', async () => {
    expect(await logInFrom({})).toMatchObject({ address: null, client: null });
  });

  it('cuts a long user agent', async () => {
    const { client } = await logInFrom({ client: 'x'.repeat(501) });
    expect(client).toBe('x'.repeat(500));
  });

  it('counts as a password given just now', async () => {
    const { sessionId } = await db.logIn(ada);
    expect(
      await db.owner.value(
        'select password_confirmed_at = now() from app_private.session_secrets where session_id = $1',
        [sessionId],
      ),
    ).toBe(true);
  });

  it('ends the session it replaces, whoever’s it was', async () => {
    const bob = await db.createUser();
    await bob.query(LOGIN, [ada.username, ada.password]);
    await expectCode(bob.query('select'), 'UNAUTHENTICATED');
    await ada.query(LOGIN, [ada.username, ada.password]);
    await expectCode(ada.query('select'), 'UNAUTHENTICATED');
  });

  it('ends no other session', async () => {
    const elsewhere = await db.logIn(ada);
    const bob = await db.createUser();
    await ada.query(LOGIN, [ada.username, ada.password]);
    await elsewhere.query('select');
    await bob.query('select');
  });

  it('cannot be called without proving a password', async () => {
    const administrator = await db.createAdministrator();
    for (const actor of [ada, db.anonymous, administrator, db.authenticator])
      await expectDenied(actor.query(`select app_private.create_session($1, 'cookie')`, [ada.id]));
  });
});

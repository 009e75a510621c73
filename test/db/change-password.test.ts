import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectCode, expectDenied, type User, useDatabase } from '../helpers/actors.ts';

const CHANGE = 'select app_public.change_password($1, $2)';
const NEW_PASSWORD = 'an entirely new one';

describe('app_public.change_password', () => {
  const db = useDatabase();
  let ada: User;
  let bob: User;
  beforeEach(async () => {
    ada = await db.createUser('ada');
    bob = await db.createUser('bob');
  });
  const logIn = (user: User, password: string) =>
    db.anonymous.value('select user_id from app_public.login($1, $2)', [user.username, password]);
  const isAlive = async (session: User) =>
    (await db.owner.query('select from app_public.sessions where id = $1', [session.sessionId])).rowCount ===
    1;

  it('can change one’s own password', async () => {
    await db.owner.query(
      `update app_private.user_secrets set password_changed_at = now() - interval '1 year'`,
    );
    expect(await ada.value(CHANGE, [ada.password, NEW_PASSWORD])).toBe(true);
    expect(await logIn(ada, ada.password)).toBeNull();
    expect(await logIn(ada, NEW_PASSWORD)).toBe(ada.id);
    expect(
      await db.owner.value(
        'select password_changed_at = now() from app_private.user_secrets where user_id = $1',
        [ada.id],
      ),
    ).toBe(true);
  });

  it('can change an administrator’s password', async () => {
    const administrator = await db.createAdministrator();
    expect(await administrator.value(CHANGE, [administrator.password, NEW_PASSWORD])).toBe(true);
  });

  it('leaves other users as they are', async () => {
    const before = await db.owner.value(
      'select user_secrets from app_private.user_secrets where user_id = $1',
      [bob.id],
    );
    await ada.query(CHANGE, [ada.password, NEW_PASSWORD]);
    expect(
      await db.owner.value('select user_secrets from app_private.user_secrets where user_id = $1', [bob.id]),
    ).toBe(before);
    expect(await isAlive(bob)).toBe(true);
  });

  it('ends every other cookie session and token pair, not this one, not personal tokens', async () => {
    const sessions: Record<string, User> = {};
    for (const kind of ['cookie', 'token_pair', 'personal_token']) {
      sessions[kind] = await db.logIn(ada);
      await db.owner.query(
        'update app_public.sessions set kind = $2::app_public.session_kind where id = $1',
        [sessions[kind].sessionId, kind],
      );
    }
    await ada.query(CHANGE, [ada.password, NEW_PASSWORD]);
    expect(await isAlive(ada)).toBe(true);
    expect(await isAlive(sessions.cookie!)).toBe(false);
    expect(await isAlive(sessions.token_pair!)).toBe(false);
    expect(await isAlive(sessions.personal_token!)).toBe(true);
  });

  it('cannot be done without the old password, and then changes nothing', async () => {
    const elsewhere = await db.logIn(ada);
    for (const wrong of ['wrong', '', bob.password])
      expect(await ada.value(CHANGE, [wrong, NEW_PASSWORD])).toBeNull();
    expect(await logIn(ada, ada.password)).toBe(ada.id);
    expect(await isAlive(elsewhere)).toBe(true);
  });

  it('counts a wrong old password, but a weak new one not', async () => {
    const failures = () => db.owner.value('select sum(failures)::int from app_private.login_attempts');
    await expectCode(ada.query(CHANGE, ['wrong', 'short']), 'WEAK_PASSWORD');
    expect(await failures()).toBeNull();
    await ada.query(CHANGE, ['wrong', NEW_PASSWORD]);
    expect(await failures()).toBe(1);
  });

  it('cannot choose a weak password, and names the field', async () => {
    await expect(ada.query(CHANGE, [ada.password, 'password1'])).rejects.toMatchObject({
      code: 'RG000',
      hint: 'WEAK_PASSWORD',
      column: 'newPassword',
    });
    expect(await logIn(ada, ada.password)).toBe(ada.id);
  });

  it('cannot be called with an argument left out', async () => {
    expect(await ada.value(CHANGE, [ada.password, null])).toBeNull();
    expect(await ada.value(CHANGE, [null, NEW_PASSWORD])).toBeNull();
    expect(await logIn(ada, ada.password)).toBe(ada.id);
  });

  it('cannot be called by anonymous, or before the request has a role', async () => {
    for (const actor of [db.anonymous, db.authenticator])
      await expectDenied(actor.query(CHANGE, [ada.password, NEW_PASSWORD]));
  });

  it('cannot be called by a web role without a user', async () => {
    const nobody = db.bySession(null, 'set local role webuser');
    await expectCode(nobody.query(CHANGE, [ada.password, NEW_PASSWORD]), 'UNAUTHENTICATED');
  });
});

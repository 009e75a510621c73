import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectCode, expectDenied, type User, useDatabase } from '../helpers/actors.ts';

const END_OTHERS = 'select app_public.end_other_sessions()';

describe('app_public.end_other_sessions', () => {
  const db = useDatabase();
  let ada: User;
  beforeEach(async () => {
    ada = await db.createUser();
  });

  it('can end all sessions of one’s own but this one, of every kind', async () => {
    const others: User[] = [];
    for (const kind of ['cookie', 'token_pair', 'personal_token']) {
      const other = await db.logIn(ada);
      await db.owner.query(
        'update app_public.sessions set kind = $2::app_public.session_kind where id = $1',
        [other.sessionId, kind],
      );
      others.push(other);
    }
    expect(await ada.value(END_OTHERS)).toBe(3);
    for (const other of others) await expectCode(other.query('select'), 'UNAUTHENTICATED');
    expect(await ada.value(END_OTHERS)).toBe(0);
  });

  it('ends nobody else’s, not even called by an administrator', async () => {
    const administrator = await db.createAdministrator();
    await administrator.query(END_OTHERS);
    await ada.query(END_OTHERS);
    await ada.query('select');
    await administrator.query('select');
  });

  it('ends nothing without a user or a session', async () => {
    const elsewhere = await db.logIn(ada);
    for (const setting of ['app.user_id', 'app.session_id']) {
      const actor = db.bySession(ada.sessionId, `set local ${setting} to ''`);
      expect(await actor.value(END_OTHERS)).toBe(0);
    }
    await elsewhere.query('select');
  });

  it('cannot be called by anonymous, or before the request has a role', async () => {
    for (const actor of [db.anonymous, db.authenticator]) await expectDenied(actor.query(END_OTHERS));
  });
});

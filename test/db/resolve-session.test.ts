import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectCode, expectDenied, type User, useDatabase } from '../helpers/actors.ts';

describe('app_private.resolve_session', () => {
  const db = useDatabase();
  let ada: User;
  beforeEach(async () => {
    ada = await db.createUser();
  });
  const resolve = async (sessionId: string | null) => {
    const { rows } = await db.authenticator.query('select * from app_private.resolve_session($1)', [
      sessionId,
    ]);
    return rows[0];
  };
  const set = (assignments: string) =>
    db.owner.query(`update app_public.sessions set ${assignments} where id = $1`, [ada.sessionId]);

  describe('roles', () => {
    it('makes no session anonymous', async () => {
      expect(await resolve(null)).toMatchObject({ role: 'anonymous', user_id: null });
    });

    it('makes a user’s session webuser', async () => {
      expect(await resolve(ada.sessionId)).toMatchObject({ role: 'webuser', user_id: ada.id });
    });

    it('makes an administrator’s session webadmin', async () => {
      const administrator = await db.createAdministrator();
      expect(await resolve(administrator.sessionId)).toMatchObject({
        role: 'webadmin',
        user_id: administrator.id,
      });
    });

    it.each(['cookie', 'token_pair', 'personal_token'])('takes a session of kind %s', async (kind) => {
      await set(`kind = '${kind}'`);
      expect(await resolve(ada.sessionId)).toMatchObject({ role: 'webuser', user_id: ada.id });
    });

    it.each([
      ['null', 'off'],
      [`'{write}'`, 'off'],
      [`'{read,write}'`, 'off'],
      [`'{read}'`, 'on'],
      [`'{}'`, 'on'],
    ])('makes a session with the scopes %s read-only: %s', async (scopes, readOnly) => {
      await set(`scopes = ${scopes}`);
      expect(await resolve(ada.sessionId)).toMatchObject({ read_only: readOnly });
    });

    it('asks for the stored role anew each time', async () => {
      await db.owner.query(`update app_public.user_accounts set role = 'administrator' where user_id = $1`, [
        ada.id,
      ]);
      expect(await resolve(ada.sessionId)).toMatchObject({ role: 'webadmin', user_id: ada.id });
      await db.owner.query(`update app_public.user_accounts set role = 'user' where user_id = $1`, [ada.id]);
      expect(await resolve(ada.sessionId)).toMatchObject({ role: 'webuser', user_id: ada.id });
    });

    it('takes each session for its own user', async () => {
      const bob = await db.createUser();
      expect(await resolve(bob.sessionId)).toMatchObject({ role: 'webuser', user_id: bob.id });
    });
  });

  describe('refusals', () => {
    const expectRefused = () => expectCode(resolve(ada.sessionId), 'UNAUTHENTICATED');

    it('cannot be passed with an unknown id', async () => {
      await expectCode(resolve('00000000-0000-4000-8000-000000000000'), 'UNAUTHENTICATED');
      await expectCode(resolve(ada.id), 'UNAUTHENTICATED');
    });

    it('cannot be passed with something that is no id', async () => {
      await expect(resolve('not-a-uuid')).rejects.toMatchObject({ code: '22P02' });
    });

    it('cannot be passed from the moment on at which the session expires', async () => {
      await set(`expires_at = now() + interval '1 ms'`);
      await resolve(ada.sessionId);
      await set('expires_at = now()');
      await expectRefused();
    });

    it('cannot be passed once the session has been idle for its limit', async () => {
      await set(`last_active_at = now() - idle_limit + interval '1 ms'`);
      await resolve(ada.sessionId);
      await set('last_active_at = now() - idle_limit');
      await expectRefused();
    });

    it('judges each session by its own idle limit', async () => {
      await set(`idle_limit = '1 hour', last_active_at = now() - interval '59 minutes'`);
      await resolve(ada.sessionId);
      await set(`last_active_at = now() - interval '61 minutes'`);
      await expectRefused();
      await set(`idle_limit = '90 days', last_active_at = now() - interval '30 days'`);
      await resolve(ada.sessionId);
    });

    it('cannot be passed while the account is suspended', async () => {
      await db.owner.query('update app_public.user_accounts set suspended_at = now() where user_id = $1', [
        ada.id,
      ]);
      await expectRefused();
      await db.owner.query('update app_public.user_accounts set suspended_at = null where user_id = $1', [
        ada.id,
      ]);
      await resolve(ada.sessionId);
    });

    it('cannot be passed once the session is deleted', async () => {
      await db.owner.query('delete from app_public.sessions where id = $1', [ada.sessionId]);
      await expectRefused();
    });

    it('cannot be passed once the user is deleted', async () => {
      await db.owner.query('delete from app_public.users where id = $1', [ada.id]);
      await expectRefused();
    });

    it('cannot be passed without an account that could be suspended', async () => {
      await db.owner.query('delete from app_public.user_accounts where user_id = $1', [ada.id]);
      await expectRefused();
    });
  });

  it('can run in a read-only transaction', async () => {
    const reader = db.bySession(null, 'set local role none; set transaction read only');
    expect(await reader.value('show transaction_read_only')).toBe('on');
    expect(await reader.value('select role from app_private.resolve_session($1)', [ada.sessionId])).toBe(
      'webuser',
    );
  });

  it('cannot be called by a web role', async () => {
    const administrator = await db.createAdministrator();
    for (const actor of [ada, db.anonymous, administrator])
      await expectDenied(actor.query('select app_private.resolve_session($1)', [ada.sessionId]));
  });
});

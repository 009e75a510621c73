import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectDenied, type User, useDatabase } from '../helpers/actors.ts';

describe('app_private.touch_session', () => {
  const db = useDatabase();
  let ada: User;
  beforeEach(async () => {
    ada = await db.createUser();
  });

  /** Touches a session that was last active so long ago; tells whether that has moved its time to now. */
  async function touchedAfter(sinceLastActive: string, session = ada.sessionId): Promise<boolean> {
    await db.owner.query('update app_public.sessions set last_active_at = now() - $1::interval', [
      sinceLastActive,
    ]);
    await db.authenticator.query('select app_private.touch_session($1)', [session]);
    return db.owner.value('select last_active_at = now() from app_public.sessions where id = $1', [
      ada.sessionId,
    ]);
  }
  const set = (assignments: string) =>
    db.owner.query(`update app_public.sessions set ${assignments} where id = $1`, [ada.sessionId]);

  it('can note that a session was used', async () => {
    expect(await touchedAfter('31 seconds')).toBe(true);
    expect(await touchedAfter('71 hours')).toBe(true);
  });

  it('writes at most twice a minute', async () => {
    expect(await touchedAfter('29 seconds')).toBe(false);
  });

  it('cannot bring a session back that has been idle for its limit', async () => {
    expect(await touchedAfter('72 hours')).toBe(false);
    await set(`idle_limit = '1 hour'`);
    expect(await touchedAfter('60 minutes')).toBe(false);
    expect(await touchedAfter('59 minutes')).toBe(true);
  });

  it('cannot touch a session that has expired', async () => {
    await set('expires_at = now()');
    expect(await touchedAfter('1 hour')).toBe(false);
    await set(`expires_at = now() + interval '1 ms'`);
    expect(await touchedAfter('1 hour')).toBe(true);
  });

  it('moves neither limit', async () => {
    const limits = 'select (idle_limit, expires_at, created_at)::text from app_public.sessions where id = $1';
    const before = await db.owner.value(limits, [ada.sessionId]);
    await touchedAfter('1 hour');
    expect(await db.owner.value(limits, [ada.sessionId])).toBe(before);
  });

  it('touches no other session', async () => {
    const elsewhere = await db.logIn(ada);
    const bob = await db.createUser();
    expect(await touchedAfter('1 hour', elsewhere.sessionId)).toBe(false);
    expect(await touchedAfter('1 hour', bob.sessionId)).toBe(false);
  });

  it('does nothing for an unknown id, or none', async () => {
    expect(await touchedAfter('1 hour', '00000000-0000-4000-8000-000000000000')).toBe(false);
    await db.authenticator.query('select app_private.touch_session(null)');
  });

  it('cannot be called by a web role', async () => {
    const administrator = await db.createAdministrator();
    for (const actor of [ada, db.anonymous, administrator])
      await expectDenied(actor.query('select app_private.touch_session($1)', [ada.sessionId]));
  });
});

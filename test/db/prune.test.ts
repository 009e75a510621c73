import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectDenied, type User, useDatabase } from '../helpers/actors.ts';

describe('app_private.prune', () => {
  const db = useDatabase();
  let ada: User;
  let bob: User;
  beforeEach(async () => {
    ada = await db.createUser();
    bob = await db.createUser();
  });
  const prune = () => db.owner.value('select app_private.prune()');
  const setSession = (assignments: string) =>
    db.owner.query(`update app_public.sessions set ${assignments} where id = $1`, [ada.sessionId]);
  const column = (statement: string) => db.owner.value<string[]>(`select array(${statement})`);

  it.each([
    ['have expired', 'expires_at = now()', `expires_at = now() + interval '1 ms'`],
    [
      'have been idle for their limit',
      'last_active_at = now() - idle_limit',
      `last_active_at = now() - idle_limit + interval '1 ms'`,
    ],
  ])('can remove sessions that %s, and no others', async (_, ended, alive) => {
    await setSession(alive);
    expect(await prune()).toBe(0);
    await setSession(ended);
    expect(await prune()).toBe(1);
    expect(await column('select id from app_public.sessions')).toEqual([bob.sessionId]);
    expect(await column('select session_id from app_private.session_secrets')).toEqual([bob.sessionId]);
  });

  it('can remove cookies that have expired, or whose session has', async () => {
    await db.owner.query(
      `insert into app_private.cookie_sessions (sid, sess, expire) values
       ('old', json_build_object('sessionId', $2::text), now()),
       ('live', json_build_object('sessionId', $2::text), now() + interval '1 ms'),
       ('ended', json_build_object('sessionId', $1::text), now() + interval '1 day')`,
      [ada.sessionId, bob.sessionId],
    );
    await setSession('expires_at = now()');
    await prune();
    expect(await column('select sid from app_private.cookie_sessions')).toEqual(['live']);
  });

  it('can remove counts of failed guesses a day after they have ceased to matter', async () => {
    await db.owner.query(
      `insert into app_private.login_attempts (login_name_key, failures, last_failed_at, retry_after) values
       ('old', 1, now() - interval '1 day 1 second', null),
       ('waited', 9, now() - interval '2 days', now() - interval '1 day 1 second'),
       ('waiting', 9, now() - interval '2 days', now() - interval '23 hours'),
       ('young', 1, now() - interval '1 day', null)`,
    );
    await prune();
    expect(
      await column(`select encode(login_name_key, 'escape') from app_private.login_attempts order by 1`),
    ).toEqual(['waiting', 'young']);
  });

  it('leaves accounts alone', async () => {
    await setSession('expires_at = now()');
    await prune();
    expect(await db.owner.value('select count(*)::int from app_public.users')).toBe(2);
  });

  it('cannot be called by anybody but the owner', async () => {
    const administrator = await db.createAdministrator();
    for (const actor of [ada, administrator, db.anonymous, db.authenticator])
      await expectDenied(actor.query('select app_private.prune()'));
  });
});

import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Actor, expectCode, expectDenied, type User, useDatabase } from '../helpers/actors.ts';

describe('app_public.make_email_primary', () => {
  const db = useDatabase();
  let ada: User;
  let bob: User;
  let second: string;
  beforeEach(async () => {
    ada = await db.createUser('ada');
    bob = await db.createUser('bob');
    second = await ada.value<string>(
      `insert into app_public.user_emails (email) values ('second@example.com') returning id`,
    );
    await db.owner.query('update app_public.user_emails set is_verified = true where user_id = $1', [ada.id]);
    await db.owner.query('delete from graphile_worker._private_jobs');
  });
  const makePrimary = async (actor: Actor, id: string | null) =>
    (await actor.query('select * from app_public.make_email_primary($1)', [id])).rows[0]!;
  const primaryOf = (user: User) =>
    db.owner.value(
      'select array_agg(email::text) from app_public.user_emails where user_id = $1 and is_primary',
      [user.id],
    );

  it('can make another verified address of one’s own the primary one', async () => {
    expect(await makePrimary(ada, second)).toMatchObject({
      id: second,
      email: 'second@example.com',
      is_primary: true,
    });
    expect(await primaryOf(ada)).toEqual(['second@example.com']);
    expect(await primaryOf(bob)).toEqual([bob.email]);
  });

  it('is recorded, and told to every verified address', async () => {
    await makePrimary(ada, second);
    const { rows } = await ada.query(
      'select action, actor_id, details from app_public.audit_events order by id desc limit 1',
    );
    expect(rows).toEqual([
      { action: 'email_made_primary', actor_id: ada.id, details: { email: 'second@example.com' } },
    ]);
    const notices = (await db.jobs('send_notice')).map(({ payload }) => payload);
    expect(notices.map(({ to }) => to).sort()).toEqual([ada.email, 'second@example.com']);
    for (const notice of notices)
      expect(notice).toMatchObject({
        kind: 'primary_email_changed',
        details: { email: 'second@example.com' },
      });
  });

  it('changes and tells nothing where the address is primary already', async () => {
    await makePrimary(ada, second);
    await db.owner.query('delete from graphile_worker._private_jobs');
    const events = await db.owner.value('select count(*)::int from app_public.audit_events');
    expect(await makePrimary(ada, second)).toMatchObject({ is_primary: true });
    expect(await db.jobs()).toEqual([]);
    expect(await db.owner.value('select count(*)::int from app_public.audit_events')).toBe(events);
  });

  it('cannot be done with an unverified address', async () => {
    await db.owner.query('update app_public.user_emails set is_verified = false where id = $1', [second]);
    await expectCode(makePrimary(ada, second), 'EMAIL_NOT_VERIFIED');
    expect(await primaryOf(ada)).toEqual([ada.email]);
  });

  it('cannot be done with another user’s address, not even by an administrator, or with none', async () => {
    const administrator = await db.createAdministrator();
    for (const [actor, id] of [
      [bob, second],
      [administrator, second],
      [ada, randomUUID()],
    ] as const)
      await expectCode(makePrimary(actor, id), 'NOT_FOUND');
    expect(await primaryOf(ada)).toEqual([ada.email]);
    expect((await makePrimary(ada, null)).id).toBeNull();
  });

  it('cannot be done without a recent password', async () => {
    await db.owner.query(
      `update app_private.session_secrets set password_confirmed_at = now() - interval '10 minutes'`,
    );
    await expectCode(makePrimary(ada, second), 'REAUTHENTICATION_REQUIRED');
    await ada.query('select app_public.reauthenticate($1)', [ada.password]);
    expect(await makePrimary(ada, second)).toMatchObject({ is_primary: true });
  });

  it('cannot be done without a session', async () => {
    for (const actor of [db.anonymous, db.authenticator]) await expectDenied(makePrimary(actor, second));
  });

  it('cannot be set behind its back', async () => {
    for (const actor of [ada, await db.createAdministrator(), db.anonymous, db.authenticator]) {
      await expectDenied(actor.query('select app_private.set_primary_email($1, $2)', [ada.id, second]));
      await expectDenied(actor.query('select app_private.mark_email_verified($1)', [second]));
    }
  });
});

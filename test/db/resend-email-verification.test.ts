import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Actor, expectDenied, type User, useDatabase } from '../helpers/actors.ts';

describe('app_public.resend_email_verification', () => {
  const db = useDatabase();
  let ada: User;
  let bob: User;
  beforeEach(async () => {
    ada = await db.createUser('ada');
    bob = await db.createUser('bob');
    await db.owner.query('delete from graphile_worker._private_jobs');
  });
  const resend = (actor: Actor, id: string | null) =>
    actor.value('select app_public.resend_email_verification($1)', [id]);
  const idOf = (user: User) =>
    db.owner.value<string>('select id from app_public.user_emails where user_id = $1', [user.id]);

  it('can send the mail of one’s own address again', async () => {
    const emailId = await idOf(ada);
    expect(await resend(ada, emailId)).toBe(true);
    expect(await db.jobs()).toMatchObject([{ task: 'send_email_verification', payload: { emailId } }]);
  });

  it('brings one mail for two calls before the first is sent', async () => {
    for (let i = 0; i < 2; i++) await resend(ada, await idOf(ada));
    expect(await db.jobs()).toHaveLength(1);
  });

  it('answers alike for any id, and sends nothing for what is not one’s own or is verified', async () => {
    const administrator = await db.createAdministrator();
    await db.owner.query('delete from graphile_worker._private_jobs');
    await db.owner.query('update app_public.user_emails set is_verified = true where user_id = $1', [ada.id]);
    for (const [actor, id] of [
      [ada, await idOf(ada)],
      [ada, await idOf(bob)],
      [administrator, await idOf(bob)],
      [ada, randomUUID()],
    ] as const)
      expect(await resend(actor, id)).toBe(true);
    expect(await db.jobs()).toEqual([]);
    expect(await resend(ada, null)).toBeNull();
  });

  it('cannot be called without a session', async () => {
    for (const actor of [db.anonymous, db.authenticator]) await expectDenied(resend(actor, await idOf(ada)));
  });
});

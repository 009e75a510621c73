import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectDenied, type User, useDatabase } from '../helpers/actors.ts';

describe('app_private.notify_user', () => {
  const db = useDatabase();
  let ada: User;
  beforeEach(async () => {
    ada = await db.createUser('ada');
    await db.createUser('bob');
    await db.owner.query(
      `insert into app_public.user_emails (user_id, email)
       values ($1, 'second@example.com'), ($1, 'third@example.com')`,
      [ada.id],
    );
    await db.owner.query('delete from graphile_worker._private_jobs');
  });
  const verify = (...emails: string[]) =>
    db.owner.query('update app_public.user_emails set is_verified = true where email = any ($1)', [emails]);
  const notify = (alsoTo: string | null = null) =>
    db.owner.query(`select app_private.notify_user($1, 'role_changed', '{"role": "user"}', $2)`, [
      ada.id,
      alsoTo,
    ]);
  const recipients = async () => (await db.jobs('send_notice')).map(({ payload }) => payload.to).sort();

  it('says what has changed, about whom', async () => {
    await verify(ada.email);
    await notify();
    expect(await db.jobs()).toMatchObject([
      {
        task: 'send_notice',
        payload: { kind: 'role_changed', to: ada.email, username: 'ada', details: { role: 'user' } },
      },
    ]);
  });

  it('reaches no address while none is verified: the primary one may be a stranger’s', async () => {
    await notify();
    expect(await recipients()).toEqual([]);
  });

  it('reaches every verified address, and then no other, not even the primary one', async () => {
    await verify('second@example.com', 'third@example.com');
    await notify();
    expect(await recipients()).toEqual(['second@example.com', 'third@example.com']);
  });

  it('reaches one more address if asked to, and each only once', async () => {
    await verify(ada.email);
    await notify('removed@example.com');
    expect(await recipients()).toEqual([ada.email, 'removed@example.com']);
    await notify(ada.email);
    expect(await recipients()).toEqual([ada.email, ada.email, 'removed@example.com']);
  });

  it('sends nothing about a user who is not there', async () => {
    await db.owner.query(
      `select app_private.notify_user(gen_random_uuid(), 'role_changed', '{}', 'x@example.com')`,
    );
    expect(await db.jobs()).toEqual([]);
  });

  it('cannot be called by a request', async () => {
    for (const actor of [ada, await db.createAdministrator(), db.anonymous, db.authenticator])
      await expectDenied(actor.query(`select app_private.notify_user($1, 'role_changed')`, [ada.id]));
  });
});

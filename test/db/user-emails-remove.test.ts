import { beforeEach, describe, expect, it } from '@jest/globals';
import { accountFacts } from '../helpers/account-facts.ts';
import { type Actor, expectCode, type User, useDatabase } from '../helpers/actors.ts';

const INSERT = 'insert into app_public.user_emails (email) values ($1) returning id';
const DELETE = 'delete from app_public.user_emails where email = $1';

describe('removing an address', () => {
  const db = useDatabase();
  const { lastEvent, addressesOf } = accountFacts(db);
  let ada: User;
  beforeEach(async () => {
    ada = await db.createUser('ada');
    await db.owner.query('delete from graphile_worker._private_jobs');
  });
  const add = (actor: Actor, email: string) => actor.value<string>(INSERT, [email]);
  const remove = (actor: Actor, email: string) => actor.query(DELETE, [email]);
  const verify = (email: string) =>
    db.owner.query('update app_public.user_emails set is_verified = true where email = $1', [email]);

  it('cannot leave an account without any', async () => {
    await expectCode(remove(ada, ada.email), 'LAST_EMAIL');
    await verify(ada.email);
    await expectCode(remove(ada, ada.email), 'LAST_EMAIL');
  });

  it('cannot leave an account that has a verified one without any verified', async () => {
    await add(ada, 'second@example.com');
    await verify(ada.email);
    await expectCode(remove(ada, ada.email), 'LAST_EMAIL');
    await verify('second@example.com');
    await remove(ada, ada.email);
  });

  it('can take an unverified one whatever the others are', async () => {
    await add(ada, 'second@example.com');
    await remove(ada, ada.email);
    await add(ada, 'third@example.com');
    await verify('third@example.com');
    await remove(ada, 'second@example.com');
    expect(await addressesOf(ada)).toMatchObject([{ email: 'third@example.com' }]);
  });

  it('hands the primary place to the oldest verified one, if it was the primary one that went', async () => {
    // The higher the number, the older; the trigger that keeps created_at true stands aside for it.
    await db.root.query('alter table app_public.user_emails disable trigger user');
    await db.owner.query(
      `insert into app_public.user_emails (id, user_id, email, is_verified, created_at)
       select lpad(n::text, 32, '0')::uuid, $1, n || '@example.com', n < 5, now() - n * interval '1 s'
       from generate_series(1, 5) as n`,
      [ada.id],
    );
    await db.root.query('alter table app_public.user_emails enable trigger user');
    const primaryAfterRemoving = async (email: string) => {
      await remove(ada, email);
      return (await addressesOf(ada)).find((row) => row.is_primary)?.email;
    };
    expect(await primaryAfterRemoving(ada.email)).toBe('4@example.com');
    expect(await primaryAfterRemoving('4@example.com')).toBe('3@example.com');
    await ada.query('select app_public.make_email_primary($1)', ['00000000-0000-0000-0000-000000000002']);
    expect(await primaryAfterRemoving('1@example.com')).toBe('2@example.com');
  });

  it('is recorded, and told to every verified address, the removed one included', async () => {
    await add(ada, 'second@example.com');
    await verify(ada.email);
    await verify('second@example.com');
    await db.owner.query('delete from graphile_worker._private_jobs');
    await remove(ada, 'second@example.com');
    const recipients = (await db.jobs('send_notice')).map(({ payload }) => payload.to);
    expect(recipients.sort()).toEqual([ada.email, 'second@example.com']);
    expect(await lastEvent(ada)).toEqual({
      action: 'email_removed',
      actor_id: ada.id,
      details: { email: 'second@example.com' },
    });
  });

  it('is not told to a removed address that was never proved', async () => {
    await verify(ada.email);
    await add(ada, 'stranger@example.com');
    await db.owner.query('delete from graphile_worker._private_jobs');
    await remove(ada, 'stranger@example.com');
    expect((await db.jobs('send_notice')).map(({ payload }) => payload.to)).toEqual([ada.email]);
  });

  it('asks nothing and tells nobody when the whole account goes', async () => {
    await verify(ada.email);
    const events = await db.owner.value('select count(*)::int from app_public.audit_events');
    await db.owner.query('delete from app_public.users where id = $1', [ada.id]);
    expect(await db.jobs()).toEqual([]);
    expect(await db.owner.value('select count(*)::int from app_public.audit_events')).toBe(events);
  });
});

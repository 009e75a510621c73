import { beforeEach, describe, expect, it } from '@jest/globals';
import { accountFacts } from '../helpers/account-facts.ts';
import { type Actor, expectDenied, type User, useDatabase } from '../helpers/actors.ts';

const VERIFY = 'select app_public.verify_email($1)';

describe('the mail that proves an address', () => {
  const db = useDatabase();
  const { verificationToken } = accountFacts(db);
  let ada: User;
  let bob: User;
  beforeEach(async () => {
    ada = await db.createUser('ada');
    bob = await db.createUser('bob');
    await db.owner.query('delete from graphile_worker._private_jobs');
  });
  const tokenFor = (user: User, email = user.email) => verificationToken(user, email);
  const add = (actor: Actor, email: string) =>
    actor.value<string>('insert into app_public.user_emails (email) values ($1) returning id', [email]);

  const resend = (actor: Actor, id: string) =>
    actor.value('select app_public.resend_email_verification($1)', [id]);
  const idOf = (user: User) =>
    db.owner.value<string>('select id from app_public.user_emails where user_id = $1', [user.id]);

  it('names the account, and holds the token that proves the address', async () => {
    await resend(ada, await idOf(ada));
    const [mail] = await db.mails();
    expect(mail).toMatchObject({ to: ada.email, subject: 'Confirm your e-mail address' });
    expect(mail!.paragraphs[0]).toContain('account ada ');
    expect(await ada.value(VERIFY, [mail!.action!.url.split('#token=')[1]])).toBe(true);
  });

  it('tells the owner of a verified address of the attempt to claim it, without a token', async () => {
    await ada.query(VERIFY, [await tokenFor(ada)]);
    await add(bob, ada.email);
    const [mail] = (await db.mails()).filter(({ to }) => to === ada.email);
    expect(mail).toMatchObject({ subject: 'Somebody used your e-mail address' });
    expect(mail!.action).toBeUndefined();
    expect(JSON.stringify(mail)).not.toContain('bob');
    expect(await db.owner.value('select count(*)::int from app_private.one_time_tokens')).toBe(0);
  });

  it('is not sent for an address that is verified, or gone, by now', async () => {
    await resend(ada, await idOf(ada));
    await resend(bob, await idOf(bob));
    await ada.query(VERIFY, [await tokenFor(ada)]);
    await db.owner.query('delete from app_public.users where id = $1', [bob.id]);
    expect(await db.mails()).toEqual([]);
  });

  it('is sent 5 times an hour to one address, whoever claims it, and then no more', async () => {
    const shared = await add(bob, ada.email);
    await db.owner.query('delete from graphile_worker._private_jobs');
    for (let i = 0; i < 5; i++) {
      await resend(i % 2 ? ada : bob, i % 2 ? await idOf(ada) : shared);
      expect(await db.mails()).toHaveLength(1);
    }
    await resend(ada, await idOf(ada));
    expect(await db.mails()).toEqual([]);
    await db.owner.query(`update app_private.sent_mails set sent_at = sent_at - interval '61 minutes'`);
    await resend(ada, await idOf(ada));
    expect(await db.mails()).toHaveLength(1);
  });

  it('cannot be prepared by a request', async () => {
    for (const actor of [ada, await db.createAdministrator(), db.anonymous, db.authenticator])
      await expectDenied(actor.query('select app_private.prepare_email_verification($1)', [await idOf(ada)]));
  });
});

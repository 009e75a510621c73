import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectDenied, type User, useDatabase } from '../helpers/actors.ts';

describe('app_public.forgot_password', () => {
  const db = useDatabase();
  let ada: User;
  let bob: User;
  beforeEach(async () => {
    ada = await db.createUser('ada');
    bob = await db.createUser('bob');
    await db.owner.query('delete from graphile_worker._private_jobs');
  });
  const forget = (email: string | null, actor: Pick<User, 'value'> = db.anonymous) =>
    actor.value('select app_public.forgot_password($1)', [email]);
  const verify = (email: string) =>
    db.owner.query('update app_public.user_emails set is_verified = true where email = $1', [email]);
  const claim = (user: User, email: string, isVerified = false) =>
    db.owner.query('insert into app_public.user_emails (user_id, email, is_verified) values ($1, $2, $3)', [
      user.id,
      email,
      isVerified,
    ]);
  const resets = () => db.jobs('send_password_reset');
  /** The mail that asking for a new password brings to an address. */
  async function mailTo(email: string) {
    await db.owner.query('delete from graphile_worker._private_jobs');
    await forget(email);
    const mails = await db.mails();
    expect(mails.length).toBeLessThanOrEqual(1);
    return mails[0];
  }

  it('can be called by anybody, and answers alike whether or not the address is known', async () => {
    const administrator = await db.createAdministrator();
    await verify(bob.email);
    for (const actor of [db.anonymous, ada, bob, administrator])
      for (const email of [ada.email, bob.email, 'nobody@example.com'])
        expect(await forget(email, actor)).toBe(true);
  });

  it('cannot be called before the request has a role', async () => {
    await expectDenied(forget(ada.email, db.authenticator));
  });

  it.each([
    ['known', 'ada@example.com'],
    ['unknown', 'nobody@example.com'],
  ])('does the same for an address that is %s: it adds one job, and nothing else', async (_, email) => {
    const rows = () =>
      db.owner.value(
        `select jsonb_build_array(
           (select count(*) from app_private.one_time_tokens), (select count(*) from app_public.audit_events),
           (select count(*) from app_private.login_attempts), (select count(*) from app_private.sent_mails))`,
      );
    const before = await rows();
    await forget(`  ${email} `);
    expect(await rows()).toEqual(before);
    expect(await db.jobs()).toMatchObject([{ task: 'send_password_reset', payload: { email } }]);
  });

  it('brings one mail for two calls before the first is sent, in whatever case', async () => {
    await forget(ada.email);
    await forget('ADA@Example.com');
    expect(await resets()).toHaveLength(1);
    await forget(bob.email);
    expect(await resets()).toHaveLength(2);
  });

  it('keeps the address out of the key of the job', async () => {
    await forget(ada.email);
    expect((await resets())[0]!.key).toMatch(/^send_password_reset:[0-9a-f]{64}$/);
  });

  it.each([
    '',
    'ada',
    'ada@example',
    'a b@example.com',
    'a@b@c.d',
    '<a@b.c>',
    'a@b.c>',
    '<a@b.c',
    'a@b>.c',
    `${'x'.repeat(251)}@b.c`,
  ])('cannot be called with %j', async (email) => {
    await expect(forget(email)).rejects.toMatchObject({ hint: 'INVALID_INPUT', column: 'email' });
    expect(await db.jobs()).toEqual([]);
  });

  it('does nothing without an address', async () => {
    expect(await forget(null)).toBeNull();
    expect(await db.jobs()).toEqual([]);
  });

  describe('sends', () => {
    const tokens = async () =>
      (
        await db.owner.query(
          `select token.purpose, token.user_id, email from app_private.one_time_tokens as token
           join app_public.user_emails on user_emails.id = email_id`,
        )
      ).rows;

    it('a reset to a verified address, in whatever case it is given', async () => {
      await verify(ada.email);
      const mail = await mailTo('ADA@example.com');
      expect(mail).toMatchObject({ subject: 'Choose a new password' });
      expect(mail!.paragraphs[0]).toContain('account ada.');
      expect(await tokens()).toMatchObject([{ user_id: ada.id }]);
    });

    it('a reset to the only claim of an account that has verified none', async () => {
      expect(await mailTo(ada.email)).toMatchObject({ subject: 'Choose a new password', to: ada.email });
      expect(await tokens()).toEqual([{ purpose: 'password_reset', user_id: ada.id, email: ada.email }]);
    });

    it('a reset to the owner of a verified address whom others dispute it', async () => {
      await verify(ada.email);
      await claim(bob, ada.email);
      await mailTo(ada.email);
      expect(await tokens()).toEqual([{ purpose: 'password_reset', user_id: ada.id, email: ada.email }]);
    });

    it.each<[string, () => Promise<unknown>]>([
      ['that several claim', () => claim(bob, ada.email)],
      ['that an account claims beside a verified one', () => claim(ada, 'verified@example.com', true)],
    ])('no token to an address %s', async (_, prepare) => {
      await prepare();
      expect(await mailTo(ada.email)).toMatchObject({ subject: 'No account has this e-mail address' });
      expect(await tokens()).toEqual([]);
    });

    it('word that nobody has it to an address that nobody has', async () => {
      const mail = await mailTo('nobody@example.com');
      expect(mail).toMatchObject({
        subject: 'No account has this e-mail address',
        to: 'nobody@example.com',
      });
      expect(mail!.action).toBeUndefined();
    });

    it.each([
      ['known', 'ada@example.com'],
      ['unknown', 'nobody@example.com'],
    ])('5 mails an hour to an address that is %s, and then none', async (_, email) => {
      for (let i = 0; i < 5; i++) expect(await mailTo(email)).toBeDefined();
      expect(await mailTo(email.toUpperCase())).toBeUndefined();
      expect(await mailTo(bob.email)).toBeDefined();
      await db.owner.query(`update app_private.sent_mails set sent_at = sent_at - interval '61 minutes'`);
      expect(await mailTo(email)).toBeDefined();
    });

    it('a reset to a verified address, however many mails strangers cause by other spellings of it', async () => {
      await verify(ada.email);
      for (let i = 0; i < 5; i++) expect(await mailTo(`a.da+${i}@example.com`)).toBeDefined();
      expect(await mailTo('ada+6@example.com')).toBeUndefined();
      for (let i = 0; i < 5; i++)
        expect(await mailTo(ada.email)).toMatchObject({ subject: 'Choose a new password' });
      expect(await mailTo(ada.email)).toBeUndefined();
    });

    it('no more mails to one mailbox for the claims of several accounts', async () => {
      for (let i = 0; i < 3; i++) await claim(await db.createUser(), `victim+${i}@example.com`);
      await db.owner.query(`delete from app_public.user_emails where email !~ '^victim'`);
      let mails = 0;
      for (let i = 0; i < 9; i++) if (await mailTo(`victim+${i % 3}@example.com`)) mails++;
      expect(mails).toBe(5);
    });

    it('a mail that the account’s own record tells of', async () => {
      await mailTo(ada.email);
      expect(await ada.value('select action from app_public.audit_events order by id desc limit 1')).toBe(
        'password_reset_sent',
      );
    });
  });

  it('cannot be prepared by a request', async () => {
    const administrator = await db.createAdministrator();
    for (const actor of [ada, administrator, db.anonymous, db.authenticator])
      await expectDenied(actor.query('select app_private.prepare_password_reset($1)', [ada.email]));
  });
});

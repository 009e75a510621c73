import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectDenied, expectInvisible, useDatabase } from '../helpers/actors.ts';

describe('how many mails go to an address', () => {
  const db = useDatabase();
  const maySend = (address: string, kind = 'password_reset') =>
    db.owner.value('select app_private.may_send_mail($1, $2)', [kind, address]);
  const noteSent = (address: string, kind = 'password_reset') =>
    db.owner.query('select app_private.note_mail_sent($1, $2)', [kind, address]);

  describe('within an hour', () => {
    beforeEach(async () => {
      for (let i = 0; i < 4; i++) await noteSent('ada@example.com');
      expect(await maySend('ada@example.com')).toBe(true);
      await noteSent('ada@example.com');
    });

    it('is 5 of a kind, in whatever case the address is written', async () => {
      expect(await maySend('ada@example.com')).toBe(false);
      expect(await maySend(' ADA@Example.com ')).toBe(false);
    });

    it('is counted for each kind and each address', async () => {
      expect(await maySend('ada@example.com', 'email_verification')).toBe(true);
      expect(await maySend('bob@example.com')).toBe(true);
    });

    it('is counted for the hour that has just passed', async () => {
      await db.owner.query(
        `update app_private.sent_mails set sent_at = now() - interval '59 minutes 59 seconds'`,
      );
      expect(await maySend('ada@example.com')).toBe(false);
      await db.owner.query(`update app_private.sent_mails set sent_at = now() - interval '1 hour'`);
      expect(await maySend('ada@example.com')).toBe(true);
    });
  });

  it('is not used up by asking', async () => {
    for (let i = 0; i < 6; i++) expect(await maySend('ada@example.com')).toBe(true);
  });

  it('is kept without the address', async () => {
    await noteSent('ada@example.com');
    expect(
      JSON.stringify(await db.owner.value('select sent_mails from app_private.sent_mails')),
    ).not.toContain('ada');
  });

  it('cannot be asked, changed or seen by a request', async () => {
    const user = await db.createUser();
    for (const actor of [user, await db.createAdministrator(), db.anonymous, db.authenticator]) {
      await expectDenied(actor.query(`select app_private.may_send_mail('x', 'x')`));
      await expectDenied(actor.query(`select app_private.note_mail_sent('x', 'x')`));
      await expectDenied(actor.query('select from app_private.sent_mails'));
    }
  });

  it('cannot be seen by a request, even where grants would let it', async () => {
    await noteSent('ada@example.com');
    await db.owner.query('grant usage on schema app_private to webuser, anonymous');
    await db.owner.query('grant select on app_private.sent_mails to webuser, anonymous');
    for (const actor of [await db.createUser(), db.anonymous])
      await expectInvisible(actor.query('select from app_private.sent_mails'));
  });
});

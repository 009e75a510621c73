import { beforeEach, describe, expect, it } from '@jest/globals';
import { accountFacts } from '../helpers/account-facts.ts';
import {
  type Actor,
  expectCode,
  expectDenied,
  expectInvisible,
  type User,
  useDatabase,
} from '../helpers/actors.ts';

const INSERT = 'insert into app_public.user_emails (email) values ($1) returning id';
const DELETE = 'delete from app_public.user_emails where email = $1';

describe('adding and removing addresses', () => {
  const db = useDatabase();
  const { lastEvent, addressesOf } = accountFacts(db);
  let ada: User;
  let bob: User;
  beforeEach(async () => {
    ada = await db.createUser('ada');
    bob = await db.createUser('bob');
    await db.owner.query('delete from graphile_worker._private_jobs');
  });
  const add = (actor: Actor, email: string) => actor.value<string>(INSERT, [email]);
  const remove = (actor: Actor, email: string) => actor.query(DELETE, [email]);
  const verify = (email: string) =>
    db.owner.query('update app_public.user_emails set is_verified = true where email = $1', [email]);
  const confirmedAgo = (interval: string | null) =>
    db.owner.query('update app_private.session_secrets set password_confirmed_at = now() - $1::interval', [
      interval,
    ]);

  describe('policies', () => {
    it('let a user add an address to their own account only, whatever the grants', async () => {
      await db.owner.query('grant insert on app_public.user_emails to webuser');
      const administrator = await db.createAdministrator();
      for (const actor of [ada, administrator])
        await expectDenied(
          actor.query(`insert into app_public.user_emails (user_id, email) values ($1, 'x@example.com')`, [
            bob.id,
          ]),
        );
      for (const actor of [ada, administrator]) expect(await add(actor, 'x@example.com')).toBeDefined();
    });

    it('let a user remove their own addresses only', async () => {
      const administrator = await db.createAdministrator();
      for (const actor of [bob, administrator, db.bySession(bob.sessionId, 'set local role webadmin')])
        await expectInvisible(remove(actor, ada.email));
    });

    it('let anonymous do nothing, whatever the grants', async () => {
      await db.owner.query('grant select, insert, delete on app_public.user_emails to anonymous');
      await expectDenied(add(db.anonymous, 'x@example.com'));
      await expectInvisible(remove(db.anonymous, ada.email));
    });
  });

  describe('adding one', () => {
    it('can be done by its user: unverified, not primary, with a verification on its way', async () => {
      const id = await add(ada, 'second@example.com');
      expect(await addressesOf(ada)).toEqual([
        { email: 'ada@example.com', is_verified: false, is_primary: true },
        { email: 'second@example.com', is_verified: false, is_primary: false },
      ]);
      expect(await db.jobs('send_email_verification')).toMatchObject([{ payload: { emailId: id } }]);
      expect(await lastEvent(ada)).toEqual({
        action: 'email_added',
        actor_id: ada.id,
        details: { email: 'second@example.com' },
      });
    });

    it('can be done with an address that another account has verified', async () => {
      await verify(bob.email);
      expect(await add(ada, bob.email)).toBeDefined();
    });

    it('tells the addresses that the account had, and not the new one', async () => {
      await verify(ada.email);
      await add(ada, 'second@example.com');
      expect(await db.jobs('send_notice')).toMatchObject([
        { payload: { kind: 'email_added', to: ada.email, details: { email: 'second@example.com' } } },
      ]);
    });

    it('cannot be done twice with one address', async () => {
      await expect(add(ada, 'ADA@example.com')).rejects.toMatchObject({ code: '23505' });
    });

    it('can bring an account to 10 addresses, and cannot to 11, whatever others have', async () => {
      for (let i = 2; i <= 10; i++) await add(ada, `number-${i}@example.com`);
      await expect(add(ada, 'number-11@example.com')).rejects.toMatchObject({
        hint: 'INVALID_INPUT',
        column: 'email',
      });
      await add(bob, 'number-11@example.com');
    });

    it('is announced by no notice and no event for the address of a new account', async () => {
      await db.createUser('carol');
      expect(await db.jobs()).toMatchObject([{ task: 'send_email_verification' }]);
    });

    it('sends nothing to an address that is verified from the start', async () => {
      await db.owner.query(
        `insert into app_public.user_emails (user_id, email, is_verified) values ($1, 'own@example.com', true)`,
        [ada.id],
      );
      expect(await db.jobs('send_email_verification')).toEqual([]);
    });
  });

  describe('the recent password', () => {
    const attempts: [string, (actor: Actor) => Promise<unknown>][] = [
      ['add', (actor) => add(actor, 'second@example.com')],
      ['remove', (actor) => remove(actor, 'first@example.com')],
    ];
    beforeEach(() => add(ada, 'first@example.com'));

    it.each(attempts)('is needed to %s an address', async (_, attempt) => {
      for (const never of ['10 minutes', '1 day', null]) {
        await confirmedAgo(never);
        await expectCode(attempt(ada), 'REAUTHENTICATION_REQUIRED');
      }
      await confirmedAgo('9 minutes 59 seconds');
      await attempt(ada);
    });

    it.each(attempts)(
      'can be given again to %s an address, and counts for that session only',
      async (_, attempt) => {
        const elsewhere = await db.logIn(ada);
        await confirmedAgo('1 hour');
        await ada.query('select app_public.reauthenticate($1)', [ada.password]);
        await expectCode(attempt(elsewhere), 'REAUTHENTICATION_REQUIRED');
        await attempt(ada);
      },
    );

    it('is not asked of one who registers while logged in as somebody else', async () => {
      await confirmedAgo('1 hour');
      await ada.query(`select app_public.register('carol', 'carol@example.com', 'a password of Carol')`);
    });
  });
});

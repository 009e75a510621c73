import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectDenied, expectInvisible, expectViolation, type User, useDatabase } from '../helpers/actors.ts';
import { columnsOf } from '../helpers/columns-of.ts';

describe('app_public.user_emails', () => {
  const db = useDatabase();
  let ada: User;
  let bob: User;
  let administrator: User;
  beforeEach(async () => {
    ada = await db.createUser('ada');
    bob = await db.createUser('bob');
    administrator = await db.createAdministrator('root');
  });

  describe('select', () => {
    it('can show one’s own addresses, and no other', async () => {
      const { rows } = await ada.query(
        'select user_id, email, is_verified, is_primary from app_public.user_emails',
      );
      expect(rows).toEqual([
        { user_id: ada.id, email: 'ada@example.com', is_verified: false, is_primary: true },
      ]);
    });

    it('cannot show the addresses of another user', async () => {
      await expectInvisible(ada.query('select from app_public.user_emails where user_id = $1', [bob.id]));
    });

    it('can show every address to an administrator', async () => {
      const { rows } = await administrator.query('select email from app_public.user_emails order by email');
      expect(rows.map((row) => row.email)).toEqual([
        'ada@example.com',
        'bob@example.com',
        'root@example.com',
      ]);
    });

    it('cannot show anything to anonymous', async () => {
      await expectDenied(db.anonymous.query('select from app_public.user_emails'));
    });

    it('cannot show anything to anonymous, even where a grant would let it', async () => {
      await db.owner.query('grant select on app_public.user_emails to anonymous');
      await expectInvisible(db.anonymous.query('select from app_public.user_emails'));
    });
  });

  describe('insert', () => {
    it('can add an address to one’s own account', async () => {
      expect(
        await ada.value(
          `insert into app_public.user_emails (email) values ('second@example.com') returning user_id`,
        ),
      ).toBe(ada.id);
    });

    it('cannot add an address as anonymous', async () => {
      await expectDenied(
        db.anonymous.query(`insert into app_public.user_emails (email) values ('a@example.com')`),
      );
    });

    it('cannot give any column but the address', async () => {
      for (const column of await columnsOf('app_public.user_emails', db.owner))
        for (const actor of [ada, db.anonymous, administrator])
          if (column !== 'email' || actor === db.anonymous)
            await expectDenied(
              actor.query(`insert into app_public.user_emails (${column}) values (default)`),
            );
    });

    it('cannot add an address to another user’s account, even where a grant would let it', async () => {
      await db.owner.query('grant insert on app_public.user_emails to webuser, anonymous');
      for (const actor of [ada, db.anonymous, administrator])
        await expectDenied(
          actor.query(`insert into app_public.user_emails (user_id, email) values ($1, 'a@example.com')`, [
            bob.id,
          ]),
        );
    });
  });

  describe('update', () => {
    it('cannot set any column, neither as its user nor as anybody else', async () => {
      for (const column of await columnsOf('app_public.user_emails', db.owner))
        for (const actor of [ada, bob, db.anonymous, administrator])
          await expectDenied(
            actor.query(`update app_public.user_emails set ${column} = ${column} where user_id = $1`, [
              ada.id,
            ]),
          );
    });

    it('cannot verify an address by hand, even where a grant would let it', async () => {
      await db.owner.query('grant update on app_public.user_emails to webuser');
      await expectInvisible(ada.query('update app_public.user_emails set is_verified = true'));
    });
  });

  describe('delete', () => {
    it('can remove an address of one’s own', async () => {
      await ada.query(`insert into app_public.user_emails (email) values ('second@example.com')`);
      const { rowCount } = await ada.query(
        `delete from app_public.user_emails where email = 'second@example.com'`,
      );
      expect(rowCount).toBe(1);
    });

    it('cannot remove an address of another user', async () => {
      await expectInvisible(ada.query('delete from app_public.user_emails where user_id = $1', [bob.id]));
    });

    it('cannot remove an address of another user as an administrator, who can see it', async () => {
      await expectInvisible(
        administrator.query('delete from app_public.user_emails where user_id = $1', [bob.id]),
      );
    });

    it('cannot remove anything as anonymous', async () => {
      await expectDenied(db.anonymous.query('delete from app_public.user_emails'));
    });
  });

  describe('values', () => {
    const claim = (user: User, email: string, isVerified = false) =>
      db.owner.query('insert into app_public.user_emails (user_id, email, is_verified) values ($1, $2, $3)', [
        user.id,
        email,
        isVerified,
      ]);

    it('can be claimed by several users while nobody has verified it, and afterwards', async () => {
      await claim(ada, 'shared@example.com');
      await claim(bob, 'shared@example.com', true);
      await claim(administrator, 'shared@example.com');
      expect(
        await db.owner.value(
          `select count(*)::int from app_public.user_emails where email = 'shared@example.com'`,
        ),
      ).toBe(3);
    });

    it('cannot be verified by two users, in whatever case', async () => {
      await claim(ada, 'shared@example.com', true);
      await expectViolation(claim(bob, 'Shared@Example.com', true), 'user_emails_verified_email_key');
    });

    it('cannot stand twice with one user, in whatever case', async () => {
      await expectViolation(claim(ada, 'ADA@example.com'), 'user_emails_user_id_email_key');
    });

    it('cannot be primary twice with one user', async () => {
      await claim(ada, 'second@example.com');
      await expectViolation(
        db.owner.query('update app_public.user_emails set is_primary = true where user_id = $1', [ada.id]),
        'user_emails_primary_key',
      );
    });

    it.each([
      'a@b.c',
      'ünï@example.com',
      'a@xn--exmple-cua.com',
      "o'neil+tag@mail.example.com",
      `a@b.${'c'.repeat(250)}`,
    ])('can be %s', async (email) => {
      await claim(ada, email);
      expect(await ada.value('select email from app_public.user_emails where email = $1', [email])).toBe(
        email,
      );
    });

    it.each([
      '',
      'ada',
      'ada@',
      '@example.com',
      'ada@example',
      'ada@.',
      'a da@example.com',
      'ada@exa mple.com',
      'ada@example.com\n',
      'a@b@c.d',
      '<ada@example.com>',
      'a<da@example.com',
      'ada@example.com>',
      'ada@exam<ple.com',
      `a@b.${'c'.repeat(251)}`,
      `${'é'.repeat(126)}@b.c`,
    ])('cannot be %j', async (email) => {
      await expectViolation(claim(ada, email), 'user_emails_email_check');
    });
  });
});

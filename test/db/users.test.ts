import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectDenied, expectInvisible, expectViolation, type User, useDatabase } from '../helpers/actors.ts';
import { columnsOf } from '../helpers/columns-of.ts';

describe('app_public.users', () => {
  const db = useDatabase();
  let ada: User;
  let bob: User;
  beforeEach(async () => {
    ada = await db.createUser('ada');
    bob = await db.createUser('bob');
  });

  describe('select', () => {
    it('can show every profile to a user', async () => {
      const { rows } = await ada.query('select username from app_public.users order by username');
      expect(rows).toEqual([{ username: 'ada' }, { username: 'bob' }]);
    });

    it('can show every profile to an administrator', async () => {
      const administrator = await db.createAdministrator('root');
      expect(await administrator.value('select count(*)::int from app_public.users')).toBe(3);
    });

    it('cannot show a row to anonymous, who may ask', async () => {
      await expectInvisible(db.anonymous.query('select from app_public.users'));
    });
  });

  describe('update', () => {
    it.each([
      ['username', 'countess'],
      ['name', 'Ada Lovelace'],
      ['avatar_url', 'https://example.com/ada.png'],
    ])('can change %s of one’s own', async (column, value) => {
      expect(
        await ada.value(`update app_public.users set ${column} = $2 where id = $1 returning ${column}`, [
          ada.id,
          value,
        ]),
      ).toBe(value);
    });

    it('cannot change another user', async () => {
      await expectInvisible(
        ada.query('update app_public.users set name = $2 where id = $1', [bob.id, 'mine']),
      );
    });

    it('cannot change anybody else by leaving the condition out', async () => {
      const { rowCount } = await ada.query('update app_public.users set name = $1', ['mine']);
      expect(rowCount).toBe(1);
      expect(await db.owner.value('select name from app_public.users where id = $1', [bob.id])).toBeNull();
    });

    it('cannot change another user as an administrator', async () => {
      const administrator = await db.createAdministrator();
      await expectInvisible(
        administrator.query('update app_public.users set name = $2 where id = $1', [bob.id, 'mine']),
      );
    });

    it('cannot change anything as anonymous', async () => {
      for (const column of await columnsOf('app_public.users', db.owner))
        await expectDenied(db.anonymous.query(`update app_public.users set ${column} = ${column}`));
    });

    it('cannot set any other column, not even of one’s own', async () => {
      const granted = ['username', 'name', 'avatar_url'];
      for (const column of await columnsOf('app_public.users', db.owner))
        if (!granted.includes(column))
          await expectDenied(
            ada.query(`update app_public.users set ${column} = ${column} where id = $1`, [ada.id]),
          );
    });

    it('cannot hand a profile to another id, even where a grant would let it', async () => {
      await db.owner.query('grant update on app_public.users to webuser');
      await expectDenied(
        ada.query('update app_public.users set id = gen_random_uuid() where id = $1', [ada.id]),
      );
    });
  });

  describe('insert and delete', () => {
    it('cannot insert a user but by registering', async () => {
      const administrator = await db.createAdministrator();
      for (const actor of [ada, db.anonymous, administrator])
        await expectDenied(actor.query(`insert into app_public.users (username) values ('eve')`));
    });

    it('cannot delete a user', async () => {
      const administrator = await db.createAdministrator();
      for (const actor of [ada, bob, db.anonymous, administrator])
        await expectDenied(actor.query('delete from app_public.users where id = $1', [ada.id]));
    });

    it('can end everything of an account with its row', async () => {
      await db.owner.query('delete from app_public.users where id = $1', [ada.id]);
      for (const table of [
        'app_public.user_accounts',
        'app_public.user_emails',
        'app_public.sessions',
        'app_private.user_secrets',
      ])
        await expectInvisible(db.owner.query(`select from ${table} where user_id = $1`, [ada.id]));
    });
  });

  describe('values', () => {
    const rename = (username: string) =>
      ada.query('update app_public.users set username = $2 where id = $1', [ada.id, username]);

    it.each(['ab', 'a2_-', 'Zoe', `a${'b'.repeat(31)}`])('can take the user name %s', async (username) => {
      await rename(username);
      expect(await ada.value('select username from app_public.users where id = $1', [ada.id])).toBe(username);
    });

    it.each([
      '',
      'a',
      '1a',
      '_a',
      '-a',
      'a b',
      'ada@example.com',
      'adà',
      'bo\u017f',
      'boo\u212a',
      'ada\n',
      `a${'b'.repeat(32)}`,
    ])('cannot take the user name %j', async (username) => {
      await expectViolation(rename(username), 'users_username_check');
    });

    it.each(['bob', 'BOB'])('cannot take the user name of another, written %s', async (username) => {
      await expectViolation(rename(username), 'users_username_key');
    });

    it('cannot take a name of more than 100 characters', async () => {
      const setName = (name: string) => ada.query('update app_public.users set name = $1', [name]);
      await setName('😀'.repeat(100));
      await expectViolation(setName('x'.repeat(101)), 'users_name_check');
    });

    it('can take a picture address of 2,048 characters', async () => {
      const address = `https://${'x'.repeat(2040)}`;
      await ada.query('update app_public.users set avatar_url = $1', [address]);
      expect(await ada.value('select avatar_url from app_public.users where id = $1', [ada.id])).toBe(
        address,
      );
    });

    it.each([
      'javascript:alert(1)',
      'data:image/png;base64,AAAA',
      '//example.com/a.png',
      'https://',
      'https://example.com/a b',
      'x\nhttps://example.com',
      `https://${'x'.repeat(2041)}`,
    ])('cannot take the picture address %j', async (address) => {
      await expectViolation(
        ada.query('update app_public.users set avatar_url = $1', [address]),
        'users_avatar_url_check',
      );
    });
  });
});

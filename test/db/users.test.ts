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

  describe('a new user name', () => {
    const RENAME = 'update app_public.users set username = $2 where id = $1';
    beforeEach(async () => {
      await db.owner.query('update app_public.user_emails set is_verified = true where user_id = $1', [
        ada.id,
      ]);
      await db.owner.query('delete from graphile_worker._private_jobs');
    });

    it('is recorded and told to the verified addresses of the account', async () => {
      await ada.query(RENAME, [ada.id, 'countess']);
      expect(
        await ada.value(
          `select to_jsonb(event) from (
             select action, actor_id, details from app_public.audit_events order by id desc limit 1
           ) as event`,
        ),
      ).toEqual({
        action: 'username_changed',
        actor_id: ada.id,
        details: { from: 'ada', to: 'countess' },
      });
      const mails = await db.mails();
      expect(mails).toMatchObject([{ to: ada.email, subject: 'Your user name was changed' }]);
      expect(mails[0]!.paragraphs[0]).toMatch(/account countess .*it was ada\.$/);
    });

    it('is told to no address that is not verified', async () => {
      await bob.query(RENAME, [bob.id, 'robert']);
      expect(await db.mails()).toEqual([]);
    });

    it('is none when the name stays as it was, or another column changes', async () => {
      await ada.query(RENAME, [ada.id, 'ada']);
      await ada.query(`update app_public.users set name = 'Ada'`);
      expect(await db.jobs()).toEqual([]);
    });

    it('logs in, and the former one does not', async () => {
      await ada.query(RENAME, [ada.id, 'countess']);
      const find = (name: string) =>
        db.owner.value('select app_private.find_user_id_by_login_name($1)', [name]);
      expect([await find('COUNTESS'), await find('ada')]).toEqual([ada.id, null]);
    });
  });

  describe('app_public.user_by_username', () => {
    const find = (name: string, actor: Pick<User, 'value'> = bob) =>
      actor.value('select id from app_public.user_by_username($1)', [name]);

    it('can find a user, in whatever case the name is written, and nobody by letters that look alike', async () => {
      const kim = await db.createUser('kim');
      for (const name of ['kim', 'KIM']) expect(await find(name)).toBe(kim.id);
      for (const name of ['\u212aim', 'k\u0130m', 'kim@example.com', '']) expect(await find(name)).toBeNull();
    });

    it('cannot show a user to anonymous', async () => {
      expect(await find('ada', db.anonymous)).toBeNull();
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

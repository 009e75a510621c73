import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectCode, expectDenied, expectViolation, type User, useDatabase } from '../helpers/actors.ts';

const REGISTER = 'select * from app_public.register($1, $2, $3)';
const REGISTER_WITH_NAME = 'select * from app_public.register($1, $2, $3, $4)';
const PASSWORD = 'a password of grace';

describe('app_public.register', () => {
  const db = useDatabase();
  let ada: User;
  beforeEach(async () => {
    ada = await db.createUser('ada');
  });
  const grace = (column: string, table = 'users', key = 'id') =>
    db.owner.value(
      `select ${column} from app_public.${table}
       where ${key} = (select id from app_public.users where username = 'grace')`,
    );

  describe('by whom', () => {
    it('can make an account as anonymous, and returns its session', async () => {
      const { rows } = await db.anonymous.query(REGISTER, ['grace', 'grace@example.com', PASSWORD]);
      expect(rows).toMatchObject([{ user_id: await grace('id'), kind: 'cookie', address: '192.0.2.1' }]);
      expect(await db.bySession(rows[0]!.id).value('select app_public.current_user_id()')).toBe(
        rows[0]!.user_id,
      );
    });

    it('can make an account as a user, whose session ends', async () => {
      await ada.query(REGISTER, ['grace', 'grace@example.com', PASSWORD]);
      await expectCode(ada.query('select'), 'UNAUTHENTICATED');
    });

    it('can make an account as an administrator, and only an ordinary one', async () => {
      const administrator = await db.createAdministrator();
      await administrator.query(REGISTER, ['grace', 'grace@example.com', PASSWORD]);
      expect(await grace('role', 'user_accounts', 'user_id')).toBe('user');
    });

    it('cannot be called before the request has a role', async () => {
      await expectDenied(db.authenticator.query(REGISTER, ['grace', 'grace@example.com', PASSWORD]));
    });
  });

  describe('what it makes', () => {
    it('fills all four tables of an account, with no right more than a user’s', async () => {
      await db.anonymous.query(REGISTER_WITH_NAME, ['grace', 'grace@example.com', PASSWORD, 'Grace Hopper']);
      expect(await grace('(username, name, avatar_url)::text')).toBe('(grace,"Grace Hopper",)');
      expect(await grace('(role, suspended_at)::text', 'user_accounts', 'user_id')).toBe('(user,)');
      expect(await grace('(email, is_verified, is_primary)::text', 'user_emails', 'user_id')).toBe(
        '(grace@example.com,f,t)',
      );
      expect(
        await db.owner.value(
          'select password_changed_at = now() from app_private.user_secrets where user_id = $1',
          [await grace('id')],
        ),
      ).toBe(true);
    });

    it('leaves the white space around values out, but not of the password', async () => {
      await db.anonymous.query(REGISTER_WITH_NAME, [
        ' grace ',
        ' grace@example.com ',
        ` ${PASSWORD} `,
        ' Grace ',
      ]);
      expect(await grace('(username, name)::text')).toBe('(grace,Grace)');
      expect(await grace('email', 'user_emails', 'user_id')).toBe('grace@example.com');
      const login = (password: string) =>
        db.anonymous.value('select id from app_public.login($1, $2)', ['grace', password]);
      expect(await login(PASSWORD)).toBeNull();
      expect(await login(` ${PASSWORD} `)).toEqual(expect.any(String));
    });

    it.each([null, '', '  '])('takes %j for no name', async (name) => {
      await db.anonymous.query(REGISTER_WITH_NAME, ['grace', 'grace@example.com', PASSWORD, name]);
      expect(await grace('name')).toBeNull();
    });

    it('can claim an address that somebody else has verified, and answers as for a new one', async () => {
      await db.owner.query('update app_public.user_emails set is_verified = true where user_id = $1', [
        ada.id,
      ]);
      const { rows } = await db.anonymous.query(REGISTER, ['grace', ada.email, PASSWORD]);
      const { rows: other } = await db.anonymous.query(REGISTER, ['alan', 'alan@example.com', PASSWORD]);
      const { id: _, user_id: __, ...answer } = rows[0]!;
      expect(other[0]).toMatchObject(answer);
      expect(await grace('is_verified', 'user_emails', 'user_id')).toBe(false);
      expect(await ada.value('select is_verified from app_public.user_emails')).toBe(true);
    });
  });

  describe('refusals', () => {
    it.each(['ada', 'ADA', ' Ada '])('cannot take the user name of another, written %j', async (username) => {
      await expectViolation(
        db.anonymous.query(REGISTER, [username, 'other@example.com', PASSWORD]),
        'users_username_key',
      );
    });

    it.each(['password', '1234567', ''])('cannot take the weak password %j', async (password) => {
      await expectCode(
        db.anonymous.query(REGISTER, ['grace', 'grace@example.com', password]),
        'WEAK_PASSWORD',
      );
    });

    it('names the field of a weak password', async () => {
      await expect(
        db.anonymous.query(REGISTER, ['grace', 'grace@example.com', 'short']),
      ).rejects.toMatchObject({ column: 'password' });
    });

    it('cannot take a user name or an address of the wrong form', async () => {
      await expectViolation(
        db.anonymous.query(REGISTER, ['grace@example.com', 'grace@example.com', PASSWORD]),
        'users_username_check',
      );
      await expectViolation(
        db.anonymous.query(REGISTER, ['grace', 'grace', PASSWORD]),
        'user_emails_email_check',
      );
    });

    it.each([0, 1, 2])('cannot go without argument %i', async (missing) => {
      const values = ['grace', 'grace@example.com', PASSWORD].with(missing, null as never);
      await expect(db.anonymous.query(REGISTER, values)).rejects.toMatchObject({
        code: missing === 2 ? 'RG000' : '23502',
      });
    });

    it('leaves nothing of a refused account, and the session of the request alive', async () => {
      await expectViolation(ada.query(REGISTER, ['grace', 'grace', PASSWORD]), 'user_emails_email_check');
      expect(await grace('id')).toBeUndefined();
      await ada.query('select');
    });
  });
});

import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectDenied, expectInvisible, expectViolation, type User, useDatabase } from '../helpers/actors.ts';
import { columnsOf } from '../helpers/columns-of.ts';

describe('app_public.user_accounts', () => {
  const db = useDatabase();
  let ada: User;
  let bob: User;
  let administrator: User;
  beforeEach(async () => {
    ada = await db.createUser();
    bob = await db.createUser();
    administrator = await db.createAdministrator();
  });

  describe('select', () => {
    it('can show one’s own account, and no other', async () => {
      const { rows } = await ada.query('select user_id, role from app_public.user_accounts');
      expect(rows).toEqual([{ user_id: ada.id, role: 'user' }]);
    });

    it('cannot show the account of another user', async () => {
      await expectInvisible(ada.query('select from app_public.user_accounts where user_id = $1', [bob.id]));
    });

    it('can show every account to an administrator', async () => {
      const { rows } = await administrator.query<{ user_id: string }>(
        'select user_id from app_public.user_accounts',
      );
      expect(rows.map((row) => row.user_id).sort()).toEqual([ada.id, bob.id, administrator.id].sort());
    });

    it('cannot show anything to anonymous', async () => {
      await expectDenied(db.anonymous.query('select from app_public.user_accounts'));
    });

    it('cannot show anything to anonymous, even where a grant would let it', async () => {
      await db.owner.query('grant select on app_public.user_accounts to anonymous');
      await expectInvisible(db.anonymous.query('select from app_public.user_accounts'));
    });
  });

  describe('insert, update and delete', () => {
    it('cannot set any column, neither as its user nor as anybody else', async () => {
      for (const column of await columnsOf('app_public.user_accounts', db.owner))
        for (const actor of [ada, bob, db.anonymous, administrator])
          await expectDenied(
            actor.query(`update app_public.user_accounts set ${column} = ${column} where user_id = $1`, [
              ada.id,
            ]),
          );
    });

    it('cannot insert an account', async () => {
      await db.owner.query('delete from app_public.user_accounts where user_id = $1', [ada.id]);
      for (const actor of [bob, db.anonymous, administrator])
        await expectDenied(
          actor.query(`insert into app_public.user_accounts (user_id, role) values ($1, 'administrator')`, [
            ada.id,
          ]),
        );
    });

    it('cannot delete an account, not even one’s own', async () => {
      for (const actor of [ada, bob, db.anonymous, administrator])
        await expectDenied(actor.query('delete from app_public.user_accounts where user_id = $1', [ada.id]));
    });

    it('cannot make oneself an administrator, even where a grant would let it', async () => {
      await db.owner.query('grant update, insert, delete on app_public.user_accounts to webuser');
      await expectInvisible(ada.query(`update app_public.user_accounts set role = 'administrator'`));
      await expectInvisible(ada.query('delete from app_public.user_accounts'));
    });
  });

  it('cannot take a reason of more than 1,000 characters', async () => {
    const suspend = (reason: string) =>
      db.owner.query('update app_public.user_accounts set suspension_reason = $1', [reason]);
    await suspend('x'.repeat(1000));
    await expectViolation(suspend('x'.repeat(1001)), 'user_accounts_suspension_reason_check');
  });
});

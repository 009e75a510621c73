import { beforeEach, describe, expect, it } from '@jest/globals';
import { accountFacts } from '../helpers/account-facts.ts';
import { type Actor, expectCode, type User, useDatabase } from '../helpers/actors.ts';

const SET_ROLE = `select * from app_public.set_user_role($1, 'administrator')`;

describe('app_public.set_user_role', () => {
  const db = useDatabase();
  const { lastEvent, accountOf } = accountFacts(db);
  let ada: User;
  let bob: User;
  let administrator: User;
  beforeEach(async () => {
    ada = await db.createUser('ada');
    bob = await db.createUser('bob');
    administrator = await db.createAdministrator('root');
    await db.owner.query('delete from graphile_worker._private_jobs');
  });
  const raise = (actor: Actor, call: string, user: User) => actor.query(call, [user.id]);
  const verifyAddresses = () => db.owner.query('update app_public.user_emails set is_verified = true');

  it('can make a user an administrator, from their next request on, and a user again', async () => {
    const { rows } = await raise(administrator, SET_ROLE, ada);
    expect(rows).toMatchObject([{ user_id: ada.id, role: 'administrator' }]);
    expect(await ada.value('select current_user')).toBe('webadmin');
    await administrator.query(`select app_public.set_user_role($1, 'user')`, [ada.id]);
    expect(await ada.value('select current_user')).toBe('webuser');
    expect((await accountOf(bob)).role).toBe('user');
  });

  it('is recorded, and told to its subject', async () => {
    await verifyAddresses();
    await raise(administrator, SET_ROLE, ada);
    expect(await lastEvent(ada)).toEqual({
      action: 'role_changed',
      actor_id: administrator.id,
      details: { role: 'administrator' },
    });
    const mails = await db.mails();
    expect(mails).toMatchObject([{ to: ada.email, subject: 'Your role was changed' }]);
    expect(mails[0]!.paragraphs[0]).toMatch(/ada.*: administrator\.$/);
  });

  it('cannot be done without a recent password', async () => {
    await db.owner.query(
      `update app_private.session_secrets set password_confirmed_at = now() - interval '10 minutes'`,
    );
    await expectCode(raise(administrator, SET_ROLE, ada), 'REAUTHENTICATION_REQUIRED');
    await administrator.query('select app_public.reauthenticate($1)', [administrator.password]);
    await raise(administrator, SET_ROLE, ada);
  });

  it('cannot give a role that does not exist', async () => {
    await expect(
      administrator.query(`select app_public.set_user_role($1, 'emperor')`, [ada.id]),
    ).rejects.toMatchObject({ code: '22P02' });
  });
});

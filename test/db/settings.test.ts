import { describe, expect, it } from '@jest/globals';
import { expectDenied, expectViolation, useDatabase } from '../helpers/actors.ts';

describe('app_private.settings', () => {
  const db = useDatabase();

  it('is one row, and cannot become two or none of its kind', async () => {
    expect(await db.owner.value('select count(*)::int from app_private.settings')).toBe(1);
    const insert = (singleton: boolean) =>
      db.owner.query('insert into app_private.settings (singleton) values ($1)', [singleton]);
    await expectViolation(insert(true), 'settings_pkey');
    await expectViolation(insert(false), 'settings_singleton_check');
  });

  it('holds what the environment says', async () => {
    const { rows } = await db.owner.query(
      `select session_idle = '3 days' as idle, session_absolute = '30 days' as absolute, bcrypt_cost
       from app_private.settings`,
    );
    expect(rows).toEqual([{ idle: true, absolute: true, bcrypt_cost: 4 }]);
  });

  it('has safe defaults', async () => {
    await db.owner.query('delete from app_private.settings');
    await db.owner.query('insert into app_private.settings default values');
    const { rows } = await db.owner.query(
      `select session_idle = '3 days' as idle, session_absolute = '30 days' as absolute, bcrypt_cost,
         length(throttle_key) as key_bytes
       from app_private.settings`,
    );
    expect(rows).toEqual([{ idle: true, absolute: true, bcrypt_cost: 12, key_bytes: 32 }]);
  });

  it('makes its key anew for each database', async () => {
    const key = () => db.owner.value<Buffer>('select throttle_key from app_private.settings');
    const first = await key();
    await db.owner.query('delete from app_private.settings');
    await db.owner.query('insert into app_private.settings default values');
    expect(await key()).not.toEqual(first);
  });

  it.each([
    ['session_idle', '0', 'settings_session_idle_check'],
    ['session_idle', '-1 day', 'settings_session_idle_check'],
    ['session_absolute', '2 days', 'settings_session_absolute_check'],
    ['bcrypt_cost', '3', 'settings_bcrypt_cost_check'],
    ['bcrypt_cost', '16', 'settings_bcrypt_cost_check'],
  ])('cannot set %s to %s', async (column, value, constraint) => {
    await expectViolation(
      db.owner.query(`update app_private.settings set ${column} = '${value}'`),
      constraint,
    );
  });

  it('can be read and changed by the owner alone', async () => {
    const user = await db.createUser();
    const administrator = await db.createAdministrator();
    for (const actor of [user, administrator, db.anonymous, db.authenticator]) {
      await expectDenied(actor.query('select throttle_key from app_private.settings'));
      await expectDenied(actor.query('update app_private.settings set bcrypt_cost = 4'));
    }
  });
});

import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Actor, expectCode, expectDenied, type User, useDatabase } from '../helpers/actors.ts';

/** What an administrator sees more of than a user does. */
const TABLES = ['user_accounts', 'user_emails', 'sessions', 'audit_events'];

describe('administrators', () => {
  const db = useDatabase();
  let ada: User;
  let bob: User;
  let administrator: User;
  beforeEach(async () => {
    ada = await db.createUser();
    bob = await db.createUser();
    administrator = await db.createAdministrator();
  });

  /** Whose rows somebody sees in the tables that administrators see all of. */
  async function ownersSeenBy(actor: Actor): Promise<string[]> {
    const owners = new Set<string>();
    for (const table of TABLES)
      for (const { user_id } of (await actor.query(`select user_id from app_public.${table}`)).rows)
        owners.add(user_id);
    return [...owners].sort();
  }
  const setting = (name: string, value: string) => `set local "app.${name}" to '${value}'`;
  const isAdministrator = (actor: Actor) => actor.value('select app_hidden.is_administrator()');
  const setAccount = (assignments: string, user = administrator) =>
    db.owner.query(`update app_public.user_accounts set ${assignments} where user_id = $1`, [user.id]);

  it('can see everybody’s rows, in every table that names their role', async () => {
    for (const table of TABLES) {
      const { rows } = await administrator.query(`select distinct user_id from app_public.${table}`);
      expect(rows.map((row) => row.user_id).sort()).toEqual([ada.id, bob.id, administrator.id].sort());
    }
    expect(await isAdministrator(administrator)).toBe(true);
  });

  it('are told by the table, from the next request on', async () => {
    await setAccount(`role = 'administrator'`, ada);
    expect(await isAdministrator(ada)).toBe(true);
    await setAccount(`role = 'user'`, ada);
    expect(await ownersSeenBy(ada)).toEqual([ada.id]);
    await expectDenied(isAdministrator(ada));
  });

  it('cannot use a session while suspended', async () => {
    await setAccount('suspended_at = now()');
    await expectCode(administrator.query('select'), 'UNAUTHENTICATED');
  });

  describe('injected SQL that takes the role webadmin', () => {
    const asWebadmin = (sessionId: string | null, ...settings: string[]) =>
      db.bySession(sessionId, ['set local role webadmin', ...settings].join('; '));

    it('cannot see more than the user of the session', async () => {
      const intruder = asWebadmin(ada.sessionId);
      expect(await intruder.value('select current_user')).toBe('webadmin');
      expect(await ownersSeenBy(intruder)).toEqual([ada.id]);
      expect(await isAdministrator(intruder)).toBe(false);
    });

    it('cannot see anything without a session', async () => {
      const intruder = asWebadmin(null);
      expect(await ownersSeenBy(intruder)).toEqual([]);
      expect(await isAdministrator(intruder)).toBe(false);
    });

    it('cannot see everybody’s rows by naming the administrator, with a session of its own or none', async () => {
      for (const sessionId of [ada.sessionId, null]) {
        const intruder = asWebadmin(sessionId, setting('user_id', administrator.id));
        expect(await ownersSeenBy(intruder)).toEqual([administrator.id]);
        expect(await isAdministrator(intruder)).toBe(false);
      }
    });

    it('cannot see more by naming the administrator’s session, but not its user', async () => {
      const intruder = asWebadmin(ada.sessionId, setting('session_id', administrator.sessionId));
      expect(await ownersSeenBy(intruder)).toEqual([ada.id]);
      expect(await isAdministrator(intruder)).toBe(false);
    });

    it('cannot see more by naming the administrator and a session that does not exist', async () => {
      const intruder = asWebadmin(
        ada.sessionId,
        setting('user_id', administrator.id),
        setting('session_id', '00000000-0000-4000-8000-000000000000'),
      );
      expect(await isAdministrator(intruder)).toBe(false);
    });

    it.each([
      ['belongs to a demoted administrator', () => setAccount(`role = 'user'`)],
      ['belongs to a suspended administrator', () => setAccount('suspended_at = now()')],
      [
        'has expired',
        () =>
          db.owner.query('update app_public.sessions set expires_at = now() where id = $1', [
            administrator.sessionId,
          ]),
      ],
      [
        'has been idle for its limit',
        () =>
          db.owner.query('update app_public.sessions set last_active_at = now() - idle_limit where id = $1', [
            administrator.sessionId,
          ]),
      ],
    ])('cannot see more by naming a session that %s', async (_, end) => {
      const intruder = asWebadmin(
        ada.sessionId,
        setting('user_id', administrator.id),
        setting('session_id', administrator.sessionId),
      );
      expect(await isAdministrator(intruder)).toBe(true);
      await end();
      expect(await isAdministrator(intruder)).toBe(false);
      expect(await ownersSeenBy(intruder)).toEqual([administrator.id]);
    });
  });

  describe('app_hidden.is_administrator', () => {
    it('cannot be asked by a user, anonymous, or before the request has a role', async () => {
      for (const actor of [ada, db.anonymous, db.authenticator]) await expectDenied(isAdministrator(actor));
    });
  });
});

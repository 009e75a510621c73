import type pg from 'pg';
import { StartError } from '../errors.ts';
import { withAsciiDomain } from '../identity.ts';
import { requireMigrated } from './require-migrated.ts';

export type Role = 'user' | 'administrator';
type Candidate = {
  id: string;
  username: string;
  role: Role;
  isSuspended: boolean;
  isProved: boolean;
};

const FIND = `
select users.id, users.username, user_accounts.role,
  user_accounts.suspended_at is not null as "isSuspended",
  found.is_proved as "isProved"
from app_private.find_users($1) as found
join app_public.users on users.id = found.user_id
join app_public.user_accounts on user_accounts.user_id = users.id
order by "isProved" desc
limit 1`;

/**
 * Makes somebody an administrator, or an ordinary user again, as the owner of the database: there is no administrator
 * yet who could. It is recorded, and the user is told. Safe to repeat.
 *
 * @param name a user name, or an e-mail address that is verified
 * @returns whose role it was, and whether it was another one before
 * @throws StartError `NOT_FOUND`, `EMAIL_NOT_VERIFIED`, `ACCOUNT_SUSPENDED`, `LAST_ADMINISTRATOR` or `NOT_MIGRATED`
 */
export async function changeRole(
  owner: pg.ClientBase,
  name: string,
  role: Role,
): Promise<{ username: string; hasChanged: boolean }> {
  await requireMigrated(owner);
  await owner.query('begin');
  try {
    const { rows } = await owner.query<Candidate>(FIND, [withAsciiDomain(name)]);
    const account = check(rows[0], name, role);
    const hasChanged = account.role !== role;
    if (hasChanged) await change(owner, account.id, role);
    await owner.query('commit');
    return { username: account.username, hasChanged };
  } catch (error) {
    await owner.query('rollback');
    throw explain(error as pg.DatabaseError);
  }
}

function check(account: Candidate | undefined, name: string, role: Role): Candidate {
  if (!account) throw new StartError('NOT_FOUND', `No account has the user name or e-mail address ${name}.`);
  if (!account.isProved) {
    throw new StartError(
      'EMAIL_NOT_VERIFIED',
      `The address ${name} is not verified, so it may be anybody's. Verify it first, or give the user name.`,
    );
  }
  if (role === 'administrator' && account.isSuspended)
    throw new StartError(
      'ACCOUNT_SUSPENDED',
      `The account ${account.username} is suspended. Reinstate it first.`,
    );
  return account;
}

async function change(owner: pg.ClientBase, userId: string, role: Role): Promise<void> {
  await owner.query('select app_private.lock_accounts_and_administrators($1)', [userId]);
  if (role === 'user') await owner.query('select app_private.assert_other_administrator($1)', [userId]);
  await owner.query('update app_public.user_accounts set role = $2 where user_id = $1', [userId, role]);
  const details = JSON.stringify({ role });
  await owner.query(`select app_private.record_event('role_changed', $1, $2)`, [userId, details]);
  await owner.query(`select app_private.notify_user($1, 'role_changed', $2)`, [userId, details]);
}

function explain(error: pg.DatabaseError): Error {
  if (error.code === 'RG000') return new StartError(error.hint as string, error.message);
  return error;
}

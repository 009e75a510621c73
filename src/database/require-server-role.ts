import type pg from 'pg';
import { StartError } from '../errors.ts';

/**
 * Refuses a login of the server that policies do not hold for, or that could not answer a single request.
 *
 * @param client logged in as DATABASE_URL says
 * @throws StartError `SERVER_ROLE_UNFIT`
 */
export async function requireServerRole(client: pg.ClientBase | pg.Pool): Promise<void> {
  const { rows } = await client.query<{ name: string; is_above_policies: boolean; is_member: boolean }>(
    `select current_user as name, rolsuper or rolbypassrls as is_above_policies,
       coalesce((select pg_has_role(current_user, oid, 'usage') from pg_roles where rolname = 'authenticator'), false) as is_member
     from pg_roles where rolname = current_user`,
  );
  const { name, is_above_policies, is_member } = rows[0]!;
  if (is_above_policies)
    throw new StartError(
      'SERVER_ROLE_UNFIT',
      `DATABASE_URL logs in as ${name}, for whom policies do not hold (superuser or bypassrls). Name an ordinary role, such as authenticator, and run npm run db:setup.`,
    );
  if (!is_member)
    throw new StartError(
      'SERVER_ROLE_UNFIT',
      `DATABASE_URL logs in as ${name}, a role that has not the rights of authenticator. Run npm run db:setup, which gives them, or grant authenticator to ${name} (with inherit true, from PostgreSQL 16 on).`,
    );
}

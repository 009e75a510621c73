import type pg from 'pg';
import { requireMigrated } from '../database/require-migrated.ts';
import { withClient } from '../database/with-client.ts';
import { StartError } from '../errors.ts';
import { withAsciiDomain } from '../identity.ts';

export type ConsoleSession = {
  id: string;
  username: string;
  /** Gives it another ten minutes, unless somebody has ended it. */
  keepAlive(): Promise<void>;
  /** Ends it. */
  close(): Promise<void>;
};

const FIND = `
select users.id, users.username
from app_private.find_users($1) as found
join app_public.users on users.id = found.user_id
order by found.is_proved desc, users.created_at
limit 1`;

/** Ten minutes, so that one which a killed console leaves behind is soon worth nothing. No cookie and no token names it. */
const CREATE = `
insert into app_public.sessions (user_id, kind, client, idle_limit, expires_at)
values ($1, 'cookie', 'npm run console', '10 minutes', now() + interval '10 minutes') returning id`;
const KEEP = `
update app_public.sessions set last_active_at = now(), expires_at = now() + interval '10 minutes' where id = $1`;

/**
 * Makes a session of a user's for the console, as the owner of the schema.
 *
 * @param name a user name or an e-mail address
 * @throws StartError `NOT_FOUND`, `NOT_MIGRATED`
 */
export async function openConsoleSession(ownerUrl: string, name: string): Promise<ConsoleSession> {
  const asOwner = <R extends pg.QueryResultRow>(text: string, values: unknown[]) =>
    withClient(ownerUrl, (client) => client.query<R>(text, values));
  await withClient(ownerUrl, requireMigrated);
  const { rows } = await asOwner<{ id: string; username: string }>(FIND, [withAsciiDomain(name)]);
  const user = rows[0];
  if (!user)
    throw new StartError('NOT_FOUND', `There is no user with the name or the e-mail address ${name}.`);
  const id = (await asOwner<{ id: string }>(CREATE, [user.id])).rows[0]!.id;
  return {
    id,
    username: user.username,
    keepAlive: async () => void (await asOwner(KEEP, [id])),
    close: async () => void (await asOwner('delete from app_public.sessions where id = $1', [id])),
  };
}

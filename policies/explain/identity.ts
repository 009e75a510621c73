import type pg from 'pg';
import { StartError } from '../../src/errors.ts';
import { withAsciiDomain } from '../../src/identity.ts';
import { type Become, becomeRole, becomeSession } from '../kit/actor.ts';
import { insertRow } from '../kit/insert-row.ts';

/** Whom to explain for. */
export type Who =
  | { user: string }
  /** For schemas with another idea of a session. */
  | { role: string; settings: Record<string, string> };

export type Identity = {
  /** For the reader. */
  description: string;
  /** Makes the rest of the transaction theirs, by the very gate that requests pass; rejects where it is closed. */
  become: Become;
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Finds the user, and a live session of theirs; without one a session is made, which ends with the transaction.
 *
 * @param client a superuser, in a transaction
 * @throws StartError `NOT_FOUND` for nobody, or where the database has no users of this project's kind; `INVALID_INPUT`
 *   for a superuser
 */
export async function identify(client: pg.Client, who: Who): Promise<Identity> {
  if ('role' in who) {
    const settings = Object.entries(who.settings).map(([name, value]) => `${name} = ${value}`);
    const { rows } = await client.query<{ is_superuser: boolean }>(
      'select rolsuper as is_superuser from pg_roles where rolname = $1',
      [who.role],
    );
    if (!rows[0]) throw new StartError('NOT_FOUND', `There is no role ${who.role}.`);
    // No rollback undoes what a superuser's statement does to files.
    if (rows[0].is_superuser)
      throw new StartError(
        'INVALID_INPUT',
        `The role ${who.role} is a superuser: nothing stands in its way.`,
      );
    return {
      description: [`the role ${who.role}`, ...settings].join(', '),
      become: becomeRole(who.role, who.settings),
    };
  }
  const { rows } = await client.query<{ gate: string | null }>(
    `select to_regprocedure('app_private.resolve_session(uuid)')::text as gate`,
  );
  if (rows[0]?.gate === null)
    throw new StartError(
      'NOT_FOUND',
      'This database has no app_private.resolve_session, so it is not known what a user’s session is: name --role and --set.',
    );
  if (who.user === 'anonymous')
    return { description: 'anonymous, without a session', become: becomeSession(null) };
  const user = await findUser(client, who.user);
  return {
    description: `${user.username} (${user.id})`,
    become: becomeSession(await liveSession(client, user.id)),
  };
}

async function findUser(client: pg.Client, name: string): Promise<{ id: string; username: string }> {
  const byId = UUID.test(name);
  const what = byId ? 'id' : name.includes('@') ? 'e-mail' : 'name';
  const { rows } = await client.query<{ id: string; username: string }>(
    byId
      ? 'select id, username from app_public.users where id = $1::uuid'
      : `select users.id, users.username from app_private.find_users($1) as found
         join app_public.users on users.id = found.user_id order by found.is_proved desc, users.created_at limit 1`,
    [withAsciiDomain(name)],
  );
  if (!rows[0]) throw new StartError('NOT_FOUND', `There is no user with the ${what} ${name}.`);
  return rows[0];
}

async function liveSession(client: pg.Client, userId: string): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    `select id from app_public.sessions
     where user_id = $1 and expires_at > now() and last_active_at + idle_limit > now()
     order by last_active_at desc limit 1`,
    [userId],
  );
  const session =
    rows[0] ??
    (await insertRow(client, 'app_public.sessions', {
      user_id: userId,
      idle_limit: '1 day',
      expires_at: new Date(Date.now() + 24 * 3600 * 1000),
    }));
  return session.id as string;
}

import type pg from 'pg';
import { withClient } from '../database/with-client.ts';
import { CodedError } from '../graphile/error-codes.ts';
import { toCodedError } from '../graphile/to-coded-error.ts';

export type Account = {
  id: string;
  username: string;
  name: string | null;
  email: string | null;
  role: 'user' | 'administrator';
  isSuspended: boolean;
};

/** How many accounts are listed; whoever has more searches. */
const PAGE_SIZE = 20;

const ACCOUNTS = `
select users.id, users.username, users.name, user_accounts.role,
  user_accounts.suspended_at is not null as "isSuspended",
  (select email from app_public.user_emails where user_emails.user_id = users.id order by is_primary desc, created_at limit 1) as email
from app_public.users
join app_public.user_accounts on user_accounts.user_id = users.id`;

const FOUND = `
where $1 = ''
  or strpos(app_hidden.identity_key(users.username), app_hidden.identity_key($1)) > 0
  or strpos(lower(users.name), lower($1)) > 0
  or exists (select from app_public.user_emails where user_id = users.id and strpos(app_hidden.identity_key(email), app_hidden.identity_key($1)) > 0)
order by user_accounts.role = 'administrator' desc, users.username
limit ${PAGE_SIZE + 1}`;

/**
 * The accounts of the database, and a session for any of them without a password. It connects as the owner of the schema:
 * the role that serves requests cannot do this, and no function in the schema can.
 */
export function makeAccounts(ownerUrl: string) {
  const withOwner = <T>(work: (client: pg.Client) => Promise<T>) => withClient(ownerUrl, work);

  return {
    /** Administrators first, then by user name. @param search part of a user name, name or e-mail; empty: all. */
    list: (search: string) =>
      withOwner(async (client) => {
        const { rows } = await client.query<Account>(ACCOUNTS + FOUND, [search]);
        return { accounts: rows.slice(0, PAGE_SIZE), hasMore: rows.length > PAGE_SIZE };
      }),

    /** Whose session this is; null for none, or one that has ended. */
    ofSession: (sessionId: string | null) =>
      withOwner(async (client) => {
        const userId = await userOfSession(client, sessionId);
        return userId && (await find(client, userId));
      }),

    /**
     * Starts a session as a login with the right password would: it ends the one it replaces, and is recorded.
     *
     * @param request JSON about the request, as the session settings of every request have it
     * @returns the new session's id
     * @throws CodedError `NOT_FOUND`, or `ACCOUNT_SUSPENDED` as a login would
     */
    startSession: (userId: string, replaced: string | null, request: string) =>
      withOwner(async (client) => {
        await begin(client, replaced, request);
        await client.query('select app_private.lock_accounts($1, app_public.current_user_id())', [userId]);
        const account = await find(client, userId);
        if (!account) throw new CodedError('NOT_FOUND');
        if (account.isSuspended) throw new CodedError('ACCOUNT_SUSPENDED');
        await client.query(`select app_private.record_event('logged_in', $1, '{"by": "act as"}')`, [userId]);
        const { rows } = await client.query<{ id: string }>(
          `select id from app_private.create_session($1, 'cookie')`,
          [userId],
        );
        await client.query('commit');
        return rows[0]?.id as string;
      }),

    /** Ends a session as its logout would. */
    endSession: (sessionId: string, request: string) =>
      withOwner(async (client) => {
        await begin(client, sessionId, request);
        await client.query('delete from app_public.sessions where id = $1', [sessionId]);
        await client.query('commit');
      }),
  };
}

async function find(client: pg.Client, id: string): Promise<Account | null> {
  const { rows } = await client.query<Account>(`${ACCOUNTS} where users.id = $1`, [id]);
  return rows[0] ?? null;
}

async function userOfSession(client: pg.Client, sessionId: string | null): Promise<string | null> {
  const resolved = client.query<{ user_id: string | null }>(
    'select user_id from app_private.resolve_session($1)',
    [sessionId],
  );
  return resolved.then(
    ({ rows }) => rows[0]?.user_id ?? null,
    (error) => {
      if (toCodedError(error)?.code === 'UNAUTHENTICATED') return null;
      throw error;
    },
  );
}

/** A transaction that knows who asks, as those of requests do. An error closes the connection, which rolls it back. */
async function begin(client: pg.Client, sessionId: string | null, request: string): Promise<void> {
  const userId = await userOfSession(client, sessionId);
  await client.query('begin');
  await client.query(
    `select set_config('app.session_id', $1, true), set_config('app.user_id', $2, true), set_config('app.request', $3, true)`,
    [sessionId ?? '', userId ?? '', request],
  );
}

import type pg from 'pg';

/** Somebody who sends SQL, as a request of theirs would. */
export type Actor = {
  query<R extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<pg.QueryResult<R>>;
  /** The first column of the first row; undefined without a row. */
  value<T>(text: string, values?: unknown[]): Promise<T>;
};

/** An account, logged in. */
export type User = Actor & {
  id: string;
  sessionId: string;
  username: string;
  email: string;
  password: string;
};

/** Takes on an identity for the rest of the transaction, or until the next one. */
export type Become = (client: pg.Client) => Promise<unknown>;

/** What the server sends before the work of a request; the same statement in its essentials. */
const PROLOGUE = `select set_config('role', r.role, true),
  set_config('app.user_id', coalesce(r.user_id::text, ''), true),
  set_config('app.session_id', coalesce($1::text, ''), true),
  set_config('app.request', '{"address": "192.0.2.1", "client": "jest"}', true)
from app_private.resolve_session($1::uuid) r`;

/**
 * As a request of this session; null for a request without one.
 *
 * @param injected SQL that gets in between the prologue and the statement, as an injection would
 */
export const becomeSession =
  (sessionId: string | null, injected?: string): Become =>
  async (client) => {
    await client.query('set local session authorization authenticator');
    await client.query(PROLOGUE, [sessionId]);
    if (injected) await client.query(injected);
  };

/** As a role, with the settings (`app.user_id` …) that a schema's policies read. */
export const becomeRole =
  (role: string, settings: Record<string, string> = {}): Become =>
  async (client) => {
    await client.query(`set local session authorization ${client.escapeIdentifier(role)}`);
    for (const [name, value] of Object.entries(settings))
      await client.query('select set_config($1, $2, true)', [name, value]);
  };

/** As the superuser that opened the connection, for whom nothing is hidden. */
export const becomeNobody: Become = async () => {};

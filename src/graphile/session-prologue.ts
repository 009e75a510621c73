/**
 * What every transaction asks the database before it works: is this session alive, and which role is it?
 * `resolve_session` raises if not, and everything after it fails. `set_config('role', …)` is `set local role`.
 */
export const PROLOGUE = `select
  set_config('role', r.role, true) as role,
  set_config('app.user_id', coalesce(r.user_id::text, ''), true) as user_id,
  set_config('app.session_id', coalesce($1::text, ''), true),
  set_config('app.request', $2::text, true),
  set_config('transaction_read_only', coalesce($3::text, r.read_only), true)
from app_private.resolve_session($1::uuid) r`;

/** What the database said of the session. */
export type Resolved = {
  role: string;
  /** Empty for an anonymous request. */
  userId: string;
};

/** What a request hands to its transactions; PostGraphile carries it as `pgSettings`. */
export type SessionSettings = {
  /** The id of the session the request names; undefined for none. */
  'app.session_id': string | undefined;
  /** JSON about the request: address, client, id. Information for audit and sessions, never authority. */
  'app.request': string;
};

/** The parameters of PROLOGUE. `isReadOnly` forbids writing even to a session that may. */
export function prologueValues(settings: SessionSettings, isReadOnly: boolean): (string | null)[] {
  return [settings['app.session_id'] ?? null, settings['app.request'], isReadOnly ? 'on' : null];
}

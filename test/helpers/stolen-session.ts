import { randomBytes } from 'node:crypto';
import type { Step, useInterleaving } from './interleave.ts';

/** How a maker proves that it may: by the stolen session, the old password, a refresh token, a mail that was asked for. */
type Way = 'session' | 'password' | 'refresh' | 'mail';
const ALL: Way[] = ['session', 'password', 'refresh', 'mail'];
const NEW_PASSWORD = 'an entirely new one';

/** An account whose owner has one session and a thief another, and what either may have in hand. */
export async function stealSession({ sql }: Pick<ReturnType<typeof useInterleaving>, 'sql'>) {
  const only = async <T>(text: string, values: unknown[] = []) =>
    Object.values((await sql(text, values))[0] ?? {})[0] as T;
  const register = async (name = `user-${randomBytes(4).toString('hex')}`) => {
    const [row] = await sql<{ id: string; user_id: string }>(
      'select id, user_id from app_public.register($1, $2, $3)',
      [name, `${name}@example.com`, `password of ${name}`],
    );
    return {
      id: row!.user_id,
      name,
      email: `${name}@example.com`,
      password: `password of ${name}`,
      session: row!.id,
    };
  };
  const token = (purpose: string, userId: string, email: string) =>
    only<string>(
      `select app_private.create_one_time_token($1, user_id, id) from app_public.user_emails where user_id = $2 and email = $3`,
      [purpose, userId, email],
    );

  const user = await register();
  const administrator =
    (await only<string>(`select sessions.id from app_public.sessions join app_public.users on users.id = user_id
      where username = 'administrator'`)) ?? (await register('administrator')).session;
  await sql(
    `update app_public.user_accounts set role = 'administrator'
    where user_id = (select user_id from app_public.sessions where id = $1)`,
    [administrator],
  );
  await sql('update app_public.user_emails set is_verified = true where user_id = $1', [user.id]);
  const second = `second-${user.email}`;
  const emailId = await only<string>(
    'insert into app_public.user_emails (user_id, email) values ($1, $2) returning id',
    [user.id, second],
  );
  const stolen = await only<string>('select id from app_public.login($1, $2)', [user.name, user.password]);
  const [pair] = await sql<{ session_id: string; refresh_token: string }>(
    'select session_id, refresh_token from app_hidden.issue_tokens($1, $2)',
    [user.name, user.password],
  );
  const successor = await only<string>('select successor from app_hidden.refresh_tokens($1)', [
    pair!.refresh_token,
  ]);
  await sql(`update app_private.refresh_tokens set replaced_at = replaced_at - interval '1 minute'`);
  return {
    user,
    administrator,
    stolen,
    second,
    emailId,
    pair: pair!.session_id,
    usedRefreshToken: pair!.refresh_token,
    refreshToken: successor,
    resetToken: await token('password_reset', user.id, user.email),
    otherResetToken: await token('password_reset', user.id, second),
    deletionToken: await only<string>(`select app_private.create_one_time_token('account_deletion', $1)`, [
      user.id,
    ]),
    verificationToken: await token('email_verification', user.id, second),
    requestedAt: await only<string>('select clock_timestamp()::text'),
  };
}

export type Stolen = Awaited<ReturnType<typeof stealSession>>;
/** `makes`: something that stays when it is done. */
type Maker = { way: Way; makes?: true; step(given: Stolen): Step };
/** `ends`: what can no longer be proved after it. `keeps`: kinds of sessions that stay. */
type Ender = { ends: Way[]; keeps: string[]; step(given: Stolen): Step };

/** What makes a session or a token, or changes how the account is reached. */
export const MAKERS: Record<string, Maker> = {
  login: {
    makes: true,
    way: 'password',
    step: ({ user }) => ({
      by: null,
      sql: 'select id from app_public.login($1, $2)',
      values: [user.name, user.password],
    }),
  },
  'login with the address': {
    makes: true,
    way: 'password',
    step: ({ user }) => ({
      by: null,
      sql: 'select id from app_public.login($1, $2)',
      values: [user.email, user.password],
    }),
  },
  issueTokens: {
    makes: true,
    way: 'password',
    step: ({ user }) => ({
      by: null,
      sql: 'select session_id from app_hidden.issue_tokens($1, $2)',
      values: [user.name, user.password],
    }),
  },
  refreshTokens: {
    makes: true,
    way: 'refresh',
    step: ({ refreshToken }) => ({
      by: null,
      sql: 'select session_id from app_hidden.refresh_tokens($1)',
      values: [refreshToken],
    }),
  },
  createAccessToken: {
    makes: true,
    way: 'session',
    step: ({ stolen }) => ({
      by: stolen,
      sql: `select session_id from app_public.create_access_token('script', now() + interval '1 day', '{write}')`,
    }),
  },
  reauthenticate: {
    way: 'session',
    step: ({ stolen, user }) => ({
      by: stolen,
      sql: 'select app_public.reauthenticate($1)',
      values: [user.password],
    }),
  },
  changePassword: {
    way: 'session',
    step: ({ stolen, user }) => ({
      by: stolen,
      sql: 'select app_public.change_password($1, $2)',
      values: [user.password, 'the thief has chosen it'],
    }),
  },
  createUserEmail: {
    way: 'session',
    step: ({ stolen, user }) => ({
      by: stolen,
      sql: 'insert into app_public.user_emails (email) values ($1) returning id',
      values: [`thief-${user.email}`],
    }),
  },
  deleteUserEmail: {
    way: 'session',
    step: ({ stolen, second }) => ({
      by: stolen,
      sql: 'delete from app_public.user_emails where email = $1 returning id',
      values: [second],
    }),
  },
  verifyEmail: {
    way: 'session',
    step: ({ stolen, verificationToken }) => ({
      by: stolen,
      sql: 'select app_public.verify_email($1)',
      values: [verificationToken],
    }),
  },
  requestAccountDeletion: {
    way: 'session',
    step: ({ stolen, user }) => ({
      by: stolen,
      sql: 'select app_public.request_account_deletion($1)',
      values: [user.password],
    }),
  },
  confirmAccountDeletion: {
    way: 'session',
    step: ({ stolen, deletionToken }) => ({
      by: stolen,
      sql: 'select app_public.confirm_account_deletion($1)',
      values: [deletionToken],
    }),
  },
  'another resetPassword': {
    way: 'mail',
    step: ({ otherResetToken }) => ({
      by: null,
      sql: 'select app_public.reset_password($1, $2)',
      values: [otherResetToken, 'the thief has chosen it'],
    }),
  },
  'the mail of a reset': {
    makes: true,
    way: 'mail',
    step: ({ user, requestedAt }) => ({
      by: 'worker',
      sql: 'select token from app_private.prepare_password_reset($1, $2)',
      values: [user.email, requestedAt],
    }),
  },
  'the mail of a verification': {
    makes: true,
    way: 'mail',
    step: ({ emailId, requestedAt }) => ({
      by: 'worker',
      sql: 'select token from app_private.prepare_email_verification($1, $2)',
      values: [emailId, requestedAt],
    }),
  },
  'the mail of a deletion': {
    makes: true,
    way: 'mail',
    step: ({ user, requestedAt }) => ({
      by: 'worker',
      sql: 'select token from app_private.prepare_account_deletion($1, $2)',
      values: [user.id, requestedAt],
    }),
  },
};

/** What ends them. */
export const ENDERS: Record<string, Ender> = {
  resetPassword: {
    ends: ALL,
    keeps: [],
    step: ({ resetToken }) => ({
      by: null,
      sql: 'select app_public.reset_password($1, $2)',
      values: [resetToken, NEW_PASSWORD],
    }),
  },
  changePassword: {
    ends: ALL,
    keeps: ['personal_token'],
    step: ({ user }) => ({
      by: user.session,
      sql: 'select app_public.change_password($1, $2)',
      values: [user.password, NEW_PASSWORD],
    }),
  },
  suspendUser: {
    ends: ['session', 'password', 'refresh'],
    keeps: [],
    step: ({ user, administrator }) => ({
      by: administrator,
      sql: `select app_public.suspend_user($1, 'stolen')`,
      values: [user.id],
    }),
  },
  confirmAccountDeletion: {
    ends: ALL,
    keeps: [],
    step: ({ user, deletionToken }) => ({
      by: user.session,
      sql: 'select app_public.confirm_account_deletion($1)',
      values: [deletionToken],
    }),
  },
  endSessionsOfUser: {
    ends: ['session', 'refresh'],
    keeps: [],
    step: ({ user, administrator }) => ({
      by: administrator,
      sql: 'select app_public.end_sessions_of_user($1)',
      values: [user.id],
    }),
  },
  endOtherSessions: {
    ends: ['session', 'refresh'],
    keeps: [],
    step: ({ user }) => ({ by: user.session, sql: 'select app_public.end_other_sessions()' }),
  },
  logout: {
    ends: ['session'],
    keeps: ['cookie', 'token_pair', 'personal_token'],
    step: ({ stolen }) => ({ by: stolen, sql: 'select app_public.logout()' }),
  },
  deleteSession: {
    ends: ['session'],
    keeps: ['cookie', 'token_pair', 'personal_token'],
    step: ({ user, stolen }) => ({
      by: user.session,
      sql: 'delete from app_public.sessions where id = $1 returning id',
      values: [stolen],
    }),
  },
  'a login that replaces the session': {
    ends: ['session'],
    keeps: ['cookie', 'token_pair', 'personal_token'],
    step: ({ stolen, user }) => ({
      by: stolen,
      sql: 'select id from app_public.login($1, $2)',
      values: [user.name, user.password],
    }),
  },
  'a registration that replaces the session': {
    ends: ['session'],
    keeps: ['cookie', 'token_pair', 'personal_token'],
    step: ({ stolen, user }) => ({
      by: stolen,
      sql: 'select id from app_public.register($1, $2, $3)',
      values: [`x${user.name}`, `x${user.email}`, user.password],
    }),
  },
  'the reuse of a refresh token': {
    ends: ['refresh'],
    // Of token pairs it ends one.
    keeps: ['cookie', 'token_pair', 'personal_token'],
    step: ({ usedRefreshToken }) => ({
      by: null,
      sql: 'select user_id from app_hidden.refresh_tokens($1)',
      values: [usedRefreshToken],
    }),
  },
};

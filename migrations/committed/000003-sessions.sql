--! Previous: sha1:1596d0eb7349f19986f1633b95604cb20bf52bcc
--! Hash: sha1:7a24ae6eddb6447595971efcaf8839e419616dff
--! Message: sessions

create type app_public.session_kind as enum ('cookie', 'token_pair', 'personal_token');
comment on type app_public.session_kind is 'How a client names its session.';

create type app_public.token_scope as enum ('read', 'write');
comment on type app_public.token_scope is 'What a personal access token may be used for.';

-- A session is the one thing that authenticates: cookies and tokens only name a row here, and deleting the row
-- ends it for all of them, at once. Its limits stand in the row, so that each kind can have its own.
create table app_public.sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references app_public.users on delete cascade,
  kind app_public.session_kind not null,
  name text,
  scopes app_public.token_scope[],
  address inet,
  client text,
  idle_limit interval not null,
  last_active_at timestamptz not null default now(),
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  constraint sessions_name_check check (char_length(name) <= 100)
-- Room in each page for the updates of last_active_at, which then touch no index.
) with (fillfactor = 80);
create index sessions_user_id_idx on app_public.sessions (user_id);
create index sessions_expires_at_idx on app_public.sessions (expires_at);
alter table app_public.sessions enable row level security;

--! Included functions/current_session_id.sql
create or replace function app_public.current_session_id() returns uuid
language sql stable parallel safe
as $$
  select nullif(pg_catalog.current_setting('app.session_id', true), '')::uuid;
$$;
comment on function app_public.current_session_id() is
  'The id of the session this request runs under; null without one.';
--! EndIncluded functions/current_session_id.sql
grant execute on function app_public.current_session_id() to anonymous, webuser;

create policy select_own on app_public.sessions for select to webuser
  using (user_id = (select app_public.current_user_id()));
create policy delete_own on app_public.sessions for delete to webuser
  using (user_id = (select app_public.current_user_id()));
-- anonymous has the grant for the sake of `currentSession`, and no policy.
grant select on app_public.sessions to anonymous, webuser;
grant delete on app_public.sessions to webuser;
-- insert and update are not granted: a session is made by proving a password, and its limits are not the user's.
comment on table app_public.sessions is 'Where a user is logged in. Deleting a row ends that session at once.';
comment on column app_public.sessions.name is 'What the user calls it; personal access tokens have one.';
comment on column app_public.sessions.scopes is 'What it may be used for; null for everything. Without `write`, its transactions are read-only.';
comment on column app_public.sessions.address is 'The network address it was started from.';
comment on column app_public.sessions.client is 'The user agent it was started with.';
comment on column app_public.sessions.idle_limit is 'It ends when unused for this long.';
comment on column app_public.sessions.last_active_at is 'When it was last used, to within a minute.';
comment on column app_public.sessions.expires_at is 'When it ends at the latest.';

create table app_private.session_secrets (
  session_id uuid primary key references app_public.sessions on delete cascade,
  password_confirmed_at timestamptz,
  token_hash bytea,
  constraint session_secrets_token_hash_key unique (token_hash)
);
-- No policy, no grant: definer functions only.
alter table app_private.session_secrets enable row level security;
comment on table app_private.session_secrets is 'What nobody sees of a session.';

-- The store of express-session: the secret cookie id, and which session it names. The generated column makes the
-- two die together: a cookie whose session is gone names nothing.
create table app_private.cookie_sessions (
  sid text primary key,
  sess json not null,
  expire timestamptz not null,
  session_id uuid generated always as ((sess ->> 'sessionId')::uuid) stored
    references app_public.sessions on delete cascade
);
create index cookie_sessions_session_id_idx on app_private.cookie_sessions (session_id);
create index cookie_sessions_expire_idx on app_private.cookie_sessions (expire);
alter table app_private.cookie_sessions enable row level security;
-- The one table the server itself reads and writes, before a request has any role.
create policy all_as_store on app_private.cookie_sessions for all to authenticator using (true) with check (true);
grant select, delete on app_private.cookie_sessions to authenticator;
grant insert (sid, sess, expire), update (sess, expire) on app_private.cookie_sessions to authenticator;
comment on table app_private.cookie_sessions is 'Which session a cookie names.';

--! Included functions/current_session.sql
create or replace function app_public.current_session() returns app_public.sessions
language sql stable parallel safe
as $$
  select sessions from app_public.sessions where id = app_public.current_session_id();
$$;
comment on function app_public.current_session() is 'The session this request runs under; null without one.';
--! EndIncluded functions/current_session.sql
grant execute on function app_public.current_session() to anonymous, webuser;

--! Included functions/is_administrator.sql
-- Policies and functions for webadmin ask this as well as being granted to that role: SQL that was injected into a
-- request could `set role webadmin`, and would then also have to know an administrator's live session.
-- Definer, because the answer must not depend on what the asking role may see.
create or replace function app_hidden.is_administrator() returns boolean
language sql stable security definer set search_path from current
as $$
  select exists (
    select 1
    from app_public.sessions
    join app_public.user_accounts using (user_id)
    where sessions.id = app_public.current_session_id()
      and sessions.user_id = app_public.current_user_id()
      -- Live, as for resolve_session: the id of a session that has ended must be worth nothing.
      and sessions.expires_at > now()
      and sessions.last_active_at + sessions.idle_limit > now()
      and user_accounts.role = 'administrator'
      and user_accounts.suspended_at is null
  );
$$;
comment on function app_hidden.is_administrator() is
  'Whether the current session is live and an administrator''s, according to the table and not to the current role.';
--! EndIncluded functions/is_administrator.sql
grant execute on function app_hidden.is_administrator() to webadmin;

--! Included functions/resolve_session.sql
-- The gate. Every transaction of a request begins with
--   select set_config('role', r.role, true), … from app_private.resolve_session($1) r
-- so the database, and nothing in Node, decides which role the work runs under. It raises for a session that is
-- unknown, expired, idle for too long or whose user is suspended; the raise aborts the transaction, and nothing
-- of the request's own SQL runs. The `set role` itself stays outside: Postgres forbids it inside a definer.
--
-- `stable`, and writes nothing, so that it may run in a read-only transaction and on a replica; last_active_at
-- is moved by touch_session after the answer. plpgsql, because it raises, and because its plans are cached for
-- the connection. Limits are judged by the database's clock.
create or replace function app_private.resolve_session(
  session_id uuid,
  out role text,
  out user_id uuid,
  out read_only text
)
language plpgsql stable security definer set search_path from current
as $$
begin
  -- A transaction that is read-only stays so: PostgreSQL refuses to widen it again.
  read_only := current_setting('transaction_read_only');
  if resolve_session.session_id is null then
    role := 'anonymous';
    return;
  end if;

  select
    case user_accounts.role when 'administrator' then 'webadmin' else 'webuser' end,
    sessions.user_id,
    case when 'write' = any (sessions.scopes) is false then 'on' else read_only end
  into role, user_id, read_only
  from app_public.sessions
  join app_public.user_accounts on user_accounts.user_id = sessions.user_id
  where sessions.id = resolve_session.session_id
    and sessions.expires_at > now()
    and sessions.last_active_at + sessions.idle_limit > now()
    and user_accounts.suspended_at is null;

  if not found then
    raise exception 'Your session has ended. Log in again.'
      using errcode = 'RG000', hint = 'UNAUTHENTICATED';
  end if;
end;
$$;
comment on function app_private.resolve_session(uuid) is
  'The role and the user of a live session, and whether it may only read; `anonymous` for null; raises UNAUTHENTICATED for any other.';
--! EndIncluded functions/resolve_session.sql
--! Included functions/touch_session.sql
-- Runs after the answer and outside the request's transaction. The conditions of resolve_session stand here
-- too: a touch that comes late must not bring an expired session back to life.
create or replace function app_private.touch_session(session_id uuid) returns void
language sql volatile security definer set search_path from current
as $$
  update app_public.sessions
  set last_active_at = now()
  where id = touch_session.session_id
    and last_active_at < now() - interval '30 seconds'
    and last_active_at + idle_limit > now()
    and expires_at > now();
$$;
comment on function app_private.touch_session(uuid) is 'Notes that a live session was used; at most twice a minute.';
--! EndIncluded functions/touch_session.sql
grant execute on function app_private.resolve_session(uuid), app_private.touch_session(uuid) to authenticator;

--! Included functions/end_other_sessions.sql
create or replace function app_public.end_other_sessions() returns integer
language sql volatile security definer set search_path from current
as $$
  with ended as (
    delete from app_public.sessions
    where user_id = app_public.current_user_id() and id <> app_public.current_session_id()
    returning id
  )
  select count(*)::integer from ended;
$$;
comment on function app_public.end_other_sessions() is
  'Ends every session of the current user but this one, whatever its kind. Returns how many ended.';
--! EndIncluded functions/end_other_sessions.sql
grant execute on function app_public.end_other_sessions() to webuser;
--! Included functions/logout.sql
create or replace function app_public.logout() returns boolean
language sql volatile security definer set search_path from current
as $$
  with ended as (
    delete from app_public.sessions where id = app_public.current_session_id() returning id
  )
  select exists (select 1 from ended);
$$;
comment on function app_public.logout() is 'Ends the current session. True if there was one.';
--! EndIncluded functions/logout.sql
-- anonymous too: logging out twice is not an error.
grant execute on function app_public.logout() to anonymous, webuser;

-- What an administrator sees beyond a user's own.
grant usage on schema app_public, app_hidden to webadmin;
create policy select_as_administrator on app_public.user_accounts for select to webadmin
  using ((select app_hidden.is_administrator()));
create policy select_as_administrator on app_public.user_emails for select to webadmin
  using ((select app_hidden.is_administrator()));
create policy select_as_administrator on app_public.sessions for select to webadmin
  using ((select app_hidden.is_administrator()));

-- What the migrations have made, read from the catalogue. It is written by a program, to be read and diffed:
-- it is SQL, but not in an order in which it could be run. Every privilege is listed, those that PostgreSQL
-- gives by default included (public may execute a function unless that was revoked), except what an object's
-- owner may do and public's usage of types. `pg_database_owner` stands for the owner of the database.

create schema app_hidden;
grant usage on schema app_hidden to anonymous;
grant usage on schema app_hidden to authenticator;
grant usage on schema app_hidden to webadmin;
grant usage on schema app_hidden to webuser;
comment on schema app_hidden is 'Helpers of policies and defaults; callable by the web roles, absent from the API.';

create schema app_private;
grant usage on schema app_private to authenticator;
comment on schema app_private is 'Secrets and machinery; the web roles have no access at all.';

create schema app_public;
grant usage on schema app_public to anonymous;
grant usage on schema app_public to authenticator;
grant usage on schema app_public to webadmin;
grant usage on schema app_public to webuser;
comment on schema app_public is 'The API: tables and functions that GraphQL exposes to whoever may reach them.';

alter default privileges revoke execute on functions from public;

create extension citext with schema public;

create extension pgcrypto with schema public;

create extension plpgsql with schema pg_catalog;

create type app_private.token_purpose as enum (
  'email_verification',
  'password_reset',
  'account_deletion'
);
comment on type app_private.token_purpose is 'What a token from a mail is good for.';

create type app_public.new_access_token as (
  session_id uuid,
  secret text
);
comment on type app_public.new_access_token is 'A personal access token that was just made.';
comment on column app_public.new_access_token.session_id is 'The session it names; deleting that ends the token.';
comment on column app_public.new_access_token.secret is 'To be sent as `Authorization: Bearer …`. Shown only now.';

create type app_public.session_kind as enum (
  'cookie',
  'token_pair',
  'personal_token'
);
comment on type app_public.session_kind is 'How a client names its session.';

create type app_public.token_scope as enum (
  'read',
  'write'
);
comment on type app_public.token_scope is 'What a personal access token may be used for.';

create type app_public.user_role as enum (
  'user',
  'administrator'
);
comment on type app_public.user_role is 'What an account may do; the database turns it into a Postgres role.';

create table app_private.common_passwords (
  password text not null
);
alter table app_private.common_passwords add constraint common_passwords_pkey PRIMARY KEY (password);
alter table app_private.common_passwords enable row level security;
comment on table app_private.common_passwords is 'The 10,000 most common passwords, lower-case; refused for accounts.';

create table app_private.cookie_sessions (
  sid text not null,
  sess json not null,
  expire timestamp with time zone not null,
  session_id uuid generated always as (((sess ->> 'sessionId'::text))::uuid) stored
);
alter table app_private.cookie_sessions add constraint cookie_sessions_pkey PRIMARY KEY (sid);
alter table app_private.cookie_sessions add constraint cookie_sessions_session_id_fkey FOREIGN KEY (session_id) REFERENCES app_public.sessions(id) ON DELETE CASCADE;
CREATE INDEX cookie_sessions_expire_idx ON app_private.cookie_sessions USING btree (expire);
CREATE INDEX cookie_sessions_session_id_idx ON app_private.cookie_sessions USING btree (session_id);
alter table app_private.cookie_sessions enable row level security;
create policy all_as_store on app_private.cookie_sessions for all to authenticator
  using (true)
  with check (true);
grant insert (sid, sess, expire) on app_private.cookie_sessions to authenticator;
grant select, delete on app_private.cookie_sessions to authenticator;
grant update (sess, expire) on app_private.cookie_sessions to authenticator;
comment on table app_private.cookie_sessions is 'Which session a cookie names.';

create table app_private.login_attempts (
  login_name_key bytea not null,
  failures integer default 0 not null,
  last_failed_at timestamp with time zone,
  retry_after timestamp with time zone
);
alter table app_private.login_attempts add constraint login_attempts_pkey PRIMARY KEY (login_name_key);
alter table app_private.login_attempts enable row level security;
comment on table app_private.login_attempts is 'Failed guesses for each login name, under an HMAC of the name.';

create table app_private.one_time_tokens (
  token_hash bytea not null,
  purpose app_private.token_purpose not null,
  user_id uuid not null,
  email_id uuid,
  expires_at timestamp with time zone not null,
  created_at timestamp with time zone default now() not null
);
alter table app_private.one_time_tokens add constraint one_time_tokens_pkey PRIMARY KEY (token_hash);
alter table app_private.one_time_tokens add constraint one_time_tokens_email_id_fkey FOREIGN KEY (email_id) REFERENCES app_public.user_emails(id) ON DELETE CASCADE;
alter table app_private.one_time_tokens add constraint one_time_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_public.users(id) ON DELETE CASCADE;
CREATE INDEX one_time_tokens_email_id_idx ON app_private.one_time_tokens USING btree (email_id);
CREATE INDEX one_time_tokens_expires_at_idx ON app_private.one_time_tokens USING btree (expires_at);
CREATE INDEX one_time_tokens_user_id_idx ON app_private.one_time_tokens USING btree (user_id);
alter table app_private.one_time_tokens enable row level security;
comment on table app_private.one_time_tokens is 'The hashes of tokens that were mailed and not used yet.';

create unlogged table app_private.rate_limits (
  key text not null,
  points integer not null,
  expire bigint not null
) with (fillfactor=80);
alter table app_private.rate_limits add constraint rate_limits_pkey PRIMARY KEY (key);
alter table app_private.rate_limits enable row level security;
create policy all_as_store on app_private.rate_limits for all to authenticator
  using (true)
  with check (true);
grant insert (key, points, expire) on app_private.rate_limits to authenticator;
grant select, delete on app_private.rate_limits to authenticator;
grant update (points, expire) on app_private.rate_limits to authenticator;
comment on table app_private.rate_limits is 'How often each address and account has done what is limited.';

create table app_private.refresh_tokens (
  token_hash bytea not null,
  session_id uuid not null,
  expires_at timestamp with time zone not null,
  replaced_at timestamp with time zone,
  created_at timestamp with time zone default now() not null
);
alter table app_private.refresh_tokens add constraint refresh_tokens_pkey PRIMARY KEY (token_hash);
alter table app_private.refresh_tokens add constraint refresh_tokens_session_id_fkey FOREIGN KEY (session_id) REFERENCES app_public.sessions(id) ON DELETE CASCADE;
CREATE INDEX refresh_tokens_session_id_idx ON app_private.refresh_tokens USING btree (session_id);
alter table app_private.refresh_tokens enable row level security;
comment on table app_private.refresh_tokens is 'The hashes of refresh tokens; used ones too, so that a second use is noticed.';

create table app_private.sent_mails (
  id bigint not null generated always as identity,
  kind text not null,
  address_key bytea not null,
  sent_at timestamp with time zone default clock_timestamp() not null
);
alter table app_private.sent_mails add constraint sent_mails_pkey PRIMARY KEY (id);
CREATE INDEX sent_mails_address_key_idx ON app_private.sent_mails USING btree (address_key, kind, sent_at);
alter table app_private.sent_mails enable row level security;
comment on table app_private.sent_mails is 'Which mails went to a mailbox within the last day, under an HMAC of its address.';

create table app_private.session_secrets (
  session_id uuid not null,
  password_confirmed_at timestamp with time zone,
  token_hash bytea
);
alter table app_private.session_secrets add constraint session_secrets_pkey PRIMARY KEY (session_id);
alter table app_private.session_secrets add constraint session_secrets_token_hash_key UNIQUE (token_hash);
alter table app_private.session_secrets add constraint session_secrets_session_id_fkey FOREIGN KEY (session_id) REFERENCES app_public.sessions(id) ON DELETE CASCADE;
alter table app_private.session_secrets enable row level security;
comment on table app_private.session_secrets is 'What nobody sees of a session.';

create table app_private.settings (
  singleton boolean default true not null,
  session_idle interval default '3 days'::interval not null,
  session_absolute interval default '30 days'::interval not null,
  bcrypt_cost integer default 12 not null,
  throttle_key bytea default public.gen_random_bytes(32) not null,
  token_key bytea default public.gen_random_bytes(32) not null,
  refresh_token_lifetime interval default '30 days'::interval not null,
  token_absolute interval default '90 days'::interval not null,
  audit_retention interval default '400 days'::interval not null
);
alter table app_private.settings add constraint settings_pkey PRIMARY KEY (singleton);
alter table app_private.settings add constraint settings_bcrypt_cost_check CHECK (((bcrypt_cost >= 4) AND (bcrypt_cost <= 15)));
alter table app_private.settings add constraint settings_session_absolute_check CHECK ((session_absolute >= session_idle));
alter table app_private.settings add constraint settings_session_idle_check CHECK ((session_idle > '00:00:00'::interval));
alter table app_private.settings add constraint settings_singleton_check CHECK (singleton);
alter table app_private.settings enable row level security;
comment on table app_private.settings is 'The limits that SQL enforces; exactly one row.';
comment on column app_private.settings.throttle_key is 'Keys the HMAC under which failed logins are counted; made here, never shown.';
comment on column app_private.settings.token_key is 'From which the successors of refresh tokens are derived; made here, never shown.';
comment on column app_private.settings.refresh_token_lifetime is 'How long a refresh token waits to be used; sliding.';
comment on column app_private.settings.token_absolute is 'When a token pair ends, however often it was refreshed.';
comment on column app_private.settings.audit_retention is 'How long audit events are kept; the operator may change it here.';

create table app_private.signing_keys (
  kid text not null,
  public_jwk jsonb not null,
  encrypted_private_key bytea not null,
  verifies_until timestamp with time zone,
  created_at timestamp with time zone default now() not null
);
alter table app_private.signing_keys add constraint signing_keys_pkey PRIMARY KEY (kid);
CREATE UNIQUE INDEX signing_keys_newest_key ON app_private.signing_keys USING btree ((true)) WHERE (verifies_until IS NULL);
alter table app_private.signing_keys enable row level security;
comment on table app_private.signing_keys is 'The keys of access tokens; the private halves are encrypted.';

create table app_private.user_secrets (
  user_id uuid not null,
  password_hash text not null,
  password_changed_at timestamp with time zone default now() not null,
  tokens_valid_from timestamp with time zone
);
alter table app_private.user_secrets add constraint user_secrets_pkey PRIMARY KEY (user_id);
alter table app_private.user_secrets add constraint user_secrets_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_public.users(id) ON DELETE CASCADE;
alter table app_private.user_secrets enable row level security;
comment on table app_private.user_secrets is 'What nobody sees of an account.';
comment on column app_private.user_secrets.tokens_valid_from is 'Tokens that were requested by mail until then are void; null before the first change of the password.';

create table app_private.worker_heartbeats (
  worker_id text not null,
  beaten_at timestamp with time zone not null
);
alter table app_private.worker_heartbeats add constraint worker_heartbeats_pkey PRIMARY KEY (worker_id);
alter table app_private.worker_heartbeats enable row level security;
comment on table app_private.worker_heartbeats is 'When each worker last said that it lives.';

create table app_public.audit_events (
  id bigint not null generated always as identity,
  occurred_at timestamp with time zone default clock_timestamp() not null,
  action text not null,
  user_id uuid,
  actor_id uuid,
  session_id uuid,
  address inet,
  client text,
  details jsonb default '{}'::jsonb not null
);
alter table app_public.audit_events add constraint audit_events_pkey PRIMARY KEY (id);
alter table app_public.audit_events add constraint audit_events_action_check CHECK ((action ~ '^[a-z]+(_[a-z]+)*$'::text));
CREATE INDEX audit_events_occurred_at_idx ON app_public.audit_events USING btree (occurred_at);
CREATE INDEX audit_events_user_id_idx ON app_public.audit_events USING btree (user_id, id);
alter table app_public.audit_events enable row level security;
create policy select_as_administrator on app_public.audit_events for select to webadmin
  using (( SELECT app_hidden.is_administrator() AS is_administrator));
create policy select_own on app_public.audit_events for select to webuser
  using ((user_id = ( SELECT app_public.current_user_id() AS current_user_id)));
CREATE TRIGGER _100_append_only BEFORE DELETE OR UPDATE ON app_public.audit_events FOR EACH ROW EXECUTE FUNCTION app_private.tg_audit_events__append_only();
CREATE TRIGGER _200_no_truncate BEFORE TRUNCATE ON app_public.audit_events FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg_audit_events__append_only();
grant select on app_public.audit_events to webuser;
comment on table app_public.audit_events is 'What happened to an account: who did it, when and from where. Never changed.';
comment on column app_public.audit_events.action is 'For example `logged_in`, `password_changed` or `role_changed`.';
comment on column app_public.audit_events.user_id is 'Whose account it is about; null when nobody''s, such as a login with an unknown name.';
comment on column app_public.audit_events.actor_id is 'Who did it; null for nobody logged in, or the system.';
comment on column app_public.audit_events.details is 'What else there is to know, by action.';

create table app_public.sessions (
  id uuid default gen_random_uuid() not null,
  user_id uuid not null,
  kind app_public.session_kind not null,
  name text,
  scopes app_public.token_scope[],
  address inet,
  client text,
  idle_limit interval not null,
  last_active_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  created_at timestamp with time zone default now() not null
) with (fillfactor=80);
alter table app_public.sessions add constraint sessions_pkey PRIMARY KEY (id);
alter table app_public.sessions add constraint sessions_name_check CHECK ((char_length(name) <= 100));
alter table app_public.sessions add constraint sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_public.users(id) ON DELETE CASCADE;
CREATE INDEX sessions_expires_at_idx ON app_public.sessions USING btree (expires_at);
CREATE INDEX sessions_user_id_idx ON app_public.sessions USING btree (user_id);
alter table app_public.sessions enable row level security;
create policy delete_own on app_public.sessions for delete to webuser
  using ((user_id = ( SELECT app_public.current_user_id() AS current_user_id)));
create policy select_as_administrator on app_public.sessions for select to webadmin
  using (( SELECT app_hidden.is_administrator() AS is_administrator));
create policy select_own on app_public.sessions for select to webuser
  using ((user_id = ( SELECT app_public.current_user_id() AS current_user_id)));
CREATE TRIGGER _050_lock_account BEFORE DELETE ON app_public.sessions FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__lock_account();
CREATE TRIGGER _500_audit AFTER DELETE ON app_public.sessions FOR EACH ROW EXECUTE FUNCTION app_private.tg_sessions__audit();
CREATE TRIGGER _600_notify_servers AFTER INSERT OR DELETE ON app_public.sessions FOR EACH ROW EXECUTE FUNCTION app_private.tg__notify_servers('user_id');
CREATE TRIGGER _610_notify_end AFTER DELETE ON app_public.sessions FOR EACH ROW EXECUTE FUNCTION app_private.tg_sessions__notify_servers();
grant select on app_public.sessions to anonymous;
grant select, delete on app_public.sessions to webuser;
comment on table app_public.sessions is 'Where a user is logged in. Deleting a row ends that session at once.';
comment on column app_public.sessions.name is 'What the user calls it; personal access tokens have one.';
comment on column app_public.sessions.scopes is 'What it may be used for; null for everything. Without `write`, its transactions are read-only.';
comment on column app_public.sessions.address is 'The network address it was started from.';
comment on column app_public.sessions.client is 'The user agent it was started with.';
comment on column app_public.sessions.idle_limit is 'It ends when unused for this long.';
comment on column app_public.sessions.last_active_at is 'When it was last used, to within a minute.';
comment on column app_public.sessions.expires_at is 'When it ends at the latest.';

create table app_public.user_accounts (
  user_id uuid not null,
  role app_public.user_role default 'user'::app_public.user_role not null,
  suspended_at timestamp with time zone,
  suspension_reason text,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null
);
alter table app_public.user_accounts add constraint user_accounts_pkey PRIMARY KEY (user_id);
alter table app_public.user_accounts add constraint user_accounts_suspension_reason_check CHECK ((char_length(suspension_reason) <= 1000));
alter table app_public.user_accounts add constraint user_accounts_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_public.users(id) ON DELETE CASCADE;
alter table app_public.user_accounts enable row level security;
create policy select_as_administrator on app_public.user_accounts for select to webadmin
  using (( SELECT app_hidden.is_administrator() AS is_administrator));
create policy select_own on app_public.user_accounts for select to webuser
  using ((user_id = ( SELECT app_public.current_user_id() AS current_user_id)));
CREATE TRIGGER _100_timestamps BEFORE INSERT OR UPDATE ON app_public.user_accounts FOR EACH ROW EXECUTE FUNCTION app_private.tg__timestamps();
CREATE TRIGGER _600_notify_servers AFTER UPDATE ON app_public.user_accounts FOR EACH ROW EXECUTE FUNCTION app_private.tg__notify_servers('user_id');
grant select on app_public.user_accounts to webuser;
comment on table app_public.user_accounts is 'What only the owner of an account and administrators see of it.';
comment on column app_public.user_accounts.suspended_at is 'Since when the account may not be used; null when it may.';

create table app_public.user_emails (
  id uuid default gen_random_uuid() not null,
  user_id uuid default app_public.current_user_id() not null,
  email text not null,
  is_verified boolean default false not null,
  is_primary boolean default false not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null
);
alter table app_public.user_emails add constraint user_emails_pkey PRIMARY KEY (id);
alter table app_public.user_emails add constraint user_emails_email_check CHECK (((email ~ '^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$'::text) AND (octet_length(email) <= 254)));
alter table app_public.user_emails add constraint user_emails_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_public.users(id) ON DELETE CASCADE;
CREATE INDEX user_emails_email_idx ON app_public.user_emails USING btree (email);
CREATE INDEX user_emails_email_key_idx ON app_public.user_emails USING btree (app_hidden.identity_key(email));
CREATE UNIQUE INDEX user_emails_primary_key ON app_public.user_emails USING btree (user_id) WHERE is_primary;
CREATE UNIQUE INDEX user_emails_user_id_email_key ON app_public.user_emails USING btree (user_id, app_hidden.identity_key(email));
CREATE UNIQUE INDEX user_emails_verified_email_key ON app_public.user_emails USING btree (app_hidden.identity_key(email)) WHERE is_verified;
alter table app_public.user_emails enable row level security;
create policy delete_own on app_public.user_emails for delete to webuser
  using ((user_id = ( SELECT app_public.current_user_id() AS current_user_id)));
create policy insert_own on app_public.user_emails for insert to webuser
  with check ((user_id = ( SELECT app_public.current_user_id() AS current_user_id)));
create policy select_as_administrator on app_public.user_emails for select to webadmin
  using (( SELECT app_hidden.is_administrator() AS is_administrator));
create policy select_own on app_public.user_emails for select to webuser
  using ((user_id = ( SELECT app_public.current_user_id() AS current_user_id)));
CREATE TRIGGER _050_lock_account BEFORE INSERT OR DELETE ON app_public.user_emails FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__lock_account();
CREATE TRIGGER _100_timestamps BEFORE INSERT OR UPDATE ON app_public.user_emails FOR EACH ROW EXECUTE FUNCTION app_private.tg__timestamps();
CREATE TRIGGER _200_check_email BEFORE INSERT OR UPDATE OF email ON app_public.user_emails FOR EACH ROW EXECUTE FUNCTION app_private.tg_user_emails__check_email();
CREATE TRIGGER _200_guard BEFORE INSERT OR DELETE ON app_public.user_emails FOR EACH ROW EXECUTE FUNCTION app_private.tg_user_emails__guard();
CREATE TRIGGER _500_announce AFTER INSERT OR DELETE ON app_public.user_emails FOR EACH ROW EXECUTE FUNCTION app_private.tg_user_emails__announce();
CREATE TRIGGER _600_notify_servers AFTER INSERT OR DELETE OR UPDATE ON app_public.user_emails FOR EACH ROW EXECUTE FUNCTION app_private.tg__notify_servers('user_id');
grant insert (email) on app_public.user_emails to webuser;
grant select, delete on app_public.user_emails to webuser;
comment on table app_public.user_emails is '@unique user_id,email
The e-mail addresses an account claims or has verified.';
comment on column app_public.user_emails.is_primary is 'Where mail to the account goes; at most one for each account.';

create table app_public.users (
  id uuid default gen_random_uuid() not null,
  username text not null,
  name text,
  avatar_url text,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null
);
alter table app_public.users add constraint users_pkey PRIMARY KEY (id);
alter table app_public.users add constraint users_avatar_url_check CHECK (((avatar_url ~ '^https?://[^\s/]+\S*$'::text) AND (char_length(avatar_url) <= 2048)));
alter table app_public.users add constraint users_name_check CHECK ((char_length(name) <= 100));
alter table app_public.users add constraint users_username_check CHECK ((username ~ '^[A-Za-z][A-Za-z0-9_-]{1,31}$'::text));
CREATE INDEX users_username_idx ON app_public.users USING btree (username);
CREATE UNIQUE INDEX users_username_key ON app_public.users USING btree (app_hidden.identity_key(username));
alter table app_public.users enable row level security;
create policy select_all on app_public.users for select to webuser
  using (true);
create policy update_own on app_public.users for update to webuser
  using ((id = ( SELECT app_public.current_user_id() AS current_user_id)))
  with check ((id = ( SELECT app_public.current_user_id() AS current_user_id)));
CREATE TRIGGER _050_lock_attempts BEFORE UPDATE OF username ON app_public.users FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg_users__lock_attempts();
CREATE TRIGGER _100_timestamps BEFORE INSERT OR UPDATE ON app_public.users FOR EACH ROW EXECUTE FUNCTION app_private.tg__timestamps();
CREATE TRIGGER _500_announce_rename AFTER UPDATE OF username ON app_public.users FOR EACH ROW WHEN ((old.username IS DISTINCT FROM new.username)) EXECUTE FUNCTION app_private.tg_users__announce_rename();
CREATE TRIGGER _500_carry_attempts AFTER UPDATE OF username ON app_public.users FOR EACH ROW EXECUTE FUNCTION app_private.tg_users__carry_attempts();
CREATE TRIGGER _600_notify_servers AFTER UPDATE ON app_public.users FOR EACH ROW EXECUTE FUNCTION app_private.tg__notify_servers('id');
grant select on app_public.users to anonymous;
grant select on app_public.users to webuser;
grant update (username, name, avatar_url) on app_public.users to webuser;
comment on table app_public.users is '@unique username|@behavior -single
The public profile of an account.';
comment on column app_public.users.username is 'Unique, 2 to 32 ASCII letters, digits, `_` or `-`, first a letter; case is kept but not told apart.';
comment on column app_public.users.name is 'The name to show, as the user writes it.';
comment on column app_public.users.avatar_url is 'An http(s) address of a picture.';

CREATE OR REPLACE FUNCTION app_hidden.identity_key(identifier text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
  select pg_catalog.translate(
    pg_catalog.btrim(identifier, ' '), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'
  );
$function$;
grant execute on function app_hidden.identity_key(text) to anonymous;
grant execute on function app_hidden.identity_key(text) to webuser;
comment on function app_hidden.identity_key(text) is 'By what user names and addresses are compared: two that have the same key are one. Folds ASCII letters, and no others.';

CREATE OR REPLACE FUNCTION app_hidden.is_administrator()
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
$function$;
grant execute on function app_hidden.is_administrator() to webadmin;
comment on function app_hidden.is_administrator() is 'Whether the current session is live and an administrator''s, according to the table and not to the current role.';

CREATE OR REPLACE FUNCTION app_hidden.is_email_address(address text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
  select case
    when octet_length(address) > 254 then false
    when address !~ '^[^\s@"(),:;<>[\\\]\u0001-\u001f\u007f]+@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?$' then false
    when address ~ '^\.|\.\.|\.@' then false
    when address !~ '[^ -~]' then true
    else address is nfkc normalized
      and address !~ '[\u0080-\u00a0\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u206f\u2800\u3000\u3164\ue000-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff]'
  end;
$function$;
grant execute on function app_hidden.is_email_address(text) to webuser;
comment on function app_hidden.is_email_address(text) is 'Whether a text is an e-mail address that an account may have. Its domain is in ASCII.';

CREATE OR REPLACE FUNCTION app_hidden.issue_tokens(username text, password text, OUT session_id uuid, OUT user_id uuid, OUT role app_public.user_role, OUT refresh_token text, OUT refresh_token_expires_at timestamp with time zone)
 RETURNS record
 LANGUAGE plpgsql
 STRICT SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  found_user_id uuid := app_private.check_credentials(issue_tokens.username, issue_tokens.password);
  limits app_private.settings;
begin
  -- Wrong credentials are nulls, as in login: the counted failure must be committed.
  if found_user_id is null then
    return;
  end if;

  select * into limits from app_private.settings;
  insert into app_public.sessions (user_id, kind, idle_limit, expires_at, address, client)
  values (
    found_user_id,
    'token_pair',
    limits.refresh_token_lifetime,
    now() + limits.token_absolute,
    app_hidden.request_metadata('address')::inet,
    left(app_hidden.request_metadata('client'), 500)
  )
  returning id into session_id;
  user_id := found_user_id;
  role := (select user_accounts.role from app_public.user_accounts where user_accounts.user_id = found_user_id);
  insert into app_private.session_secrets (session_id, password_confirmed_at) values (issue_tokens.session_id, now());

  refresh_token := translate(encode(public.gen_random_bytes(32), 'base64'), E'+/=\n', '-_');
  refresh_token_expires_at := app_private.keep_refresh_token(issue_tokens.session_id, refresh_token);
end;
$function$;
grant execute on function app_hidden.issue_tokens(text, text) to anonymous;
grant execute on function app_hidden.issue_tokens(text, text) to webuser;
comment on function app_hidden.issue_tokens(text, text) is 'Starts a session for a client without cookies. Nulls for wrong credentials; raises TOO_MANY_ATTEMPTS, ACCOUNT_SUSPENDED.';

CREATE OR REPLACE FUNCTION app_hidden.refresh_tokens(refresh_token text, OUT session_id uuid, OUT user_id uuid, OUT role app_public.user_role, OUT successor text, OUT successor_expires_at timestamp with time zone)
 RETURNS record
 LANGUAGE plpgsql
 STRICT SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  owner_id uuid;
  token app_private.refresh_tokens;
  session app_public.sessions;
begin
  -- The account first: what ends its sessions locks it before their tokens.
  select sessions.user_id into owner_id
  from app_private.refresh_tokens as presented
  join app_public.sessions on sessions.id = presented.session_id
  where presented.token_hash = public.digest(refresh_tokens.refresh_token, 'sha256');
  perform app_private.lock_accounts(owner_id);

  select * into token
  from app_private.refresh_tokens
  where token_hash = public.digest(refresh_tokens.refresh_token, 'sha256')
  for update;
  -- The same conditions as for any use of the session: expiry, idleness, suspension.
  select sessions.* into session
  from app_public.sessions
  join app_public.user_accounts on user_accounts.user_id = sessions.user_id
  where sessions.id = token.session_id
    and token.expires_at > now()
    and sessions.expires_at > now()
    and sessions.last_active_at + sessions.idle_limit > now()
    and user_accounts.suspended_at is null;
  if not found then
    raise exception 'Invalid or expired refresh token. Ask for new tokens with `issueTokens`.'
      using errcode = 'RG000', hint = 'INVALID_TOKEN';
  end if;

  user_id := session.user_id;
  role := (select user_accounts.role from app_public.user_accounts where user_accounts.user_id = session.user_id);
  successor := app_private.successor_of(refresh_tokens.refresh_token);
  if token.replaced_at is null then
    update app_private.refresh_tokens set replaced_at = clock_timestamp() where token_hash = token.token_hash;
    successor_expires_at := app_private.keep_refresh_token(session.id, successor);
    update app_public.sessions set last_active_at = now() where id = session.id;
    session_id := session.id;
    return;
  end if;

  select expires_at into successor_expires_at
  from app_private.refresh_tokens
  where token_hash = public.digest(successor, 'sha256') and replaced_at is null;
  if found and token.replaced_at > clock_timestamp() - interval '10 seconds' then
    session_id := session.id;
    return;
  end if;

  delete from app_public.sessions where id = session.id;
  perform app_private.record_event('refresh_token_reused', session.user_id, jsonb_build_object('sessionId', session.id));
  perform app_private.notify_user(session.user_id, 'refresh_token_reused');
  successor := null;
  successor_expires_at := null;
end;
$function$;
grant execute on function app_hidden.refresh_tokens(text) to anonymous;
grant execute on function app_hidden.refresh_tokens(text) to webuser;
comment on function app_hidden.refresh_tokens(text) is 'Exchanges a refresh token for its successor. Nulls when it was used before, which ends its session; raises INVALID_TOKEN.';

CREATE OR REPLACE FUNCTION app_hidden.request_metadata(key text)
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  select nullif(pg_catalog.current_setting('app.request', true), '')::json ->> key;
$function$;
grant execute on function app_hidden.request_metadata(text) to anonymous;
grant execute on function app_hidden.request_metadata(text) to webuser;
comment on function app_hidden.request_metadata(text) is 'What the server knows of the request beside its session: `address`, `client` (user agent), `id`. Information, never authority.';

CREATE OR REPLACE FUNCTION app_private.add_signing_key(kid text, public_jwk jsonb, encrypted_private_key bytea)
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  update app_private.signing_keys set verifies_until = now() + interval '2 hours' where verifies_until is null;
  delete from app_private.signing_keys where verifies_until < now();
  insert into app_private.signing_keys (kid, public_jwk, encrypted_private_key)
  values (add_signing_key.kid, add_signing_key.public_jwk, add_signing_key.encrypted_private_key);
$function$;
comment on function app_private.add_signing_key(text, jsonb, bytea) is 'Puts a new key in the place of the newest one, which goes on to verify for two hours.';

CREATE OR REPLACE FUNCTION app_private.assert_administrator()
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if not app_hidden.is_administrator() then
    raise exception 'Only administrators may do this.' using errcode = 'RG000', hint = 'FORBIDDEN';
  end if;
end;
$function$;
comment on function app_private.assert_administrator() is 'Raises FORBIDDEN unless the session is an administrator''s, by the table.';

CREATE OR REPLACE FUNCTION app_private.assert_other_administrator(user_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  is_one boolean;
  others integer;
begin
  select
    coalesce(bool_or(user_accounts.user_id = assert_other_administrator.user_id), false),
    count(*) filter (where user_accounts.user_id <> assert_other_administrator.user_id)
  into is_one, others
  from app_public.user_accounts
  where role = 'administrator' and suspended_at is null;

  if is_one and others = 0 then
    raise exception 'This is the last administrator. Make another user an administrator first.'
      using errcode = 'RG000', hint = 'LAST_ADMINISTRATOR';
  end if;
end;
$function$;
comment on function app_private.assert_other_administrator(uuid) is 'Raises LAST_ADMINISTRATOR if no administrator would be left without this user.';

CREATE OR REPLACE FUNCTION app_private.assert_password_is_acceptable(password text, field text)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  normalized constant text := app_private.normalize_password(password);
begin
  -- Length is counted in characters, the ceiling in bytes; no rule on kinds of characters (OWASP ASVS 6.2).
  if password is null or char_length(normalized) < 8 then
    raise exception 'Use a password of at least 8 characters.'
      using errcode = 'RG000', hint = 'WEAK_PASSWORD', column = field;
  end if;
  -- In whichever form is shorter: a few characters are longer when they are normalized.
  if least(octet_length(password), octet_length(normalized)) > 1024 then
    raise exception 'Use a password of at most 1,024 bytes.'
      using errcode = 'RG000', hint = 'WEAK_PASSWORD', column = field;
  end if;
  if exists (select 1 from app_private.common_passwords where common_passwords.password = lower(normalized)) then
    raise exception 'This password is one of the 10,000 most common. Choose another.'
      using errcode = 'RG000', hint = 'WEAK_PASSWORD', column = field;
  end if;
end;
$function$;
comment on function app_private.assert_password_is_acceptable(text, text) is 'Raises WEAK_PASSWORD, naming the field, unless the password may be used for an account.';

CREATE OR REPLACE FUNCTION app_private.assert_recently_authenticated()
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if app_public.current_user_id() is null then
    raise exception 'Log in first.' using errcode = 'RG000', hint = 'UNAUTHENTICATED';
  end if;
  -- Before the lock, which a session that may only read cannot take.
  if not exists (
    select 1 from app_private.session_secrets
    where session_id = app_public.current_session_id()
      and password_confirmed_at > now() - interval '10 minutes'
  ) then
    raise exception 'Confirm your password with `reauthenticate` first.'
      using errcode = 'RG000', hint = 'REAUTHENTICATION_REQUIRED';
  end if;
  perform app_private.lock_accounts(app_public.current_user_id());
  perform app_private.assert_session_is_live();
end;
$function$;
comment on function app_private.assert_recently_authenticated() is 'Locks the account, and raises UNAUTHENTICATED or REAUTHENTICATION_REQUIRED unless this session lives and has given its password within 10 minutes.';

CREATE OR REPLACE FUNCTION app_private.assert_session_is_live()
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if app_public.current_user_id() is null then
    raise exception 'Log in first.' using errcode = 'RG000', hint = 'UNAUTHENTICATED';
  end if;
  if not exists (
    select 1 from app_public.sessions
    join app_public.user_accounts on user_accounts.user_id = sessions.user_id
    where sessions.id = app_public.current_session_id()
      and sessions.user_id = app_public.current_user_id()
      and sessions.expires_at > now()
      and sessions.last_active_at + sessions.idle_limit > now()
      and user_accounts.suspended_at is null
  ) then
    raise exception 'Your session has ended. Log in again.' using errcode = 'RG000', hint = 'UNAUTHENTICATED';
  end if;
end;
$function$;
comment on function app_private.assert_session_is_live() is 'Raises UNAUTHENTICATED unless the current session still lives, as resolve_session judges it.';

CREATE OR REPLACE FUNCTION app_private.beat(worker_ids text[])
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  dead text[];
begin
  insert into app_private.worker_heartbeats (worker_id, beaten_at)
  select unnest(beat.worker_ids), clock_timestamp()
  on conflict (worker_id) do update set beaten_at = excluded.beaten_at;

  select array_agg(distinct jobs.locked_by) into dead
  from graphile_worker.jobs
  left join app_private.worker_heartbeats on worker_id = jobs.locked_by
  where jobs.locked_by is not null
    -- A worker that has not had the time for its first beat is given the same 30 seconds.
    and coalesce(beaten_at, jobs.locked_at) < clock_timestamp() - interval '30 seconds';
  if dead is null then
    return 0;
  end if;

  perform graphile_worker.force_unlock_workers(dead);
  delete from app_private.worker_heartbeats where worker_id = any (dead);
  return cardinality(dead);
end;
$function$;
comment on function app_private.beat(text[]) is 'Says that these workers live, and gives back the jobs of those that no longer say so. Returns how many were found dead.';

CREATE OR REPLACE FUNCTION app_private.begin_login_attempt(key bytea)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  attempts app_private.login_attempts;
  wait_seconds integer;
begin
  insert into app_private.login_attempts (login_name_key)
  values (begin_login_attempt.key)
  on conflict (login_name_key) do update set login_name_key = excluded.login_name_key
  returning * into attempts;

  wait_seconds := ceil(extract(epoch from attempts.retry_after - clock_timestamp()));
  if wait_seconds > 0 then
    raise exception 'Too many attempts. Try again in % seconds.', wait_seconds
      using errcode = 'RG000', hint = 'TOO_MANY_ATTEMPTS', detail = wait_seconds::text;
  end if;
end;
$function$;
comment on function app_private.begin_login_attempt(bytea) is 'Locks the counter of a login name or an account; raises TOO_MANY_ATTEMPTS (detail: seconds) while it has to wait.';

CREATE OR REPLACE FUNCTION app_private.check_credentials(login_name text, password text)
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  found_user_id uuid := app_private.find_user_id_by_login_name(login_name);
begin
  if not app_private.check_password(found_user_id, login_name, check_credentials.password) then
    return null;
  end if;
  if exists (select 1 from app_public.user_accounts where user_id = found_user_id and suspended_at is not null) then
    raise exception 'This account is suspended. Ask an administrator.'
      using errcode = 'RG000', hint = 'ACCOUNT_SUSPENDED';
  end if;
  perform app_private.record_event('logged_in', found_user_id);
  return found_user_id;
end;
$function$;
comment on function app_private.check_credentials(text, text) is 'The user whom a name and a password log in; null for wrong ones. Raises TOO_MANY_ATTEMPTS, ACCOUNT_SUSPENDED.';

CREATE OR REPLACE FUNCTION app_private.check_current_password(password text)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if not exists (select 1 from app_public.users where id = app_public.current_user_id()) then
    raise exception 'Log in first.' using errcode = 'RG000', hint = 'UNAUTHENTICATED';
  end if;
  if not app_private.check_password(app_public.current_user_id(), null, password) then
    return false;
  end if;
  perform app_private.assert_session_is_live();
  return true;
end;
$function$;
comment on function app_private.check_current_password(text) is 'Whether the password is the current user''s; locks the account if so. Raises UNAUTHENTICATED without a live session, TOO_MANY_ATTEMPTS.';

CREATE OR REPLACE FUNCTION app_private.check_password(user_id uuid, login_name text, password text)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  attempt_key constant bytea := case
    when login_name is null then app_private.user_attempts_key(check_password.user_id)
    else app_private.login_name_key(login_name)
  end;
  compared_hash text;
  current_hash text;
  is_right boolean;
  is_outdated boolean;
begin
  perform app_private.begin_login_attempt(attempt_key);

  -- Compared before the lock, which takes long: guesses must not keep the account locked.
  select password_hash into compared_hash
  from app_private.user_secrets
  where user_secrets.user_id = check_password.user_id;
  select is_match, outdated into is_right, is_outdated
  from app_private.password_matches(check_password.password, compared_hash);

  if is_right then
    perform app_private.lock_accounts(check_password.user_id, app_public.current_user_id());
    select password_hash into current_hash
    from app_private.user_secrets
    where user_secrets.user_id = check_password.user_id;
    -- Changed meanwhile, or hashed again by another login.
    if current_hash is distinct from compared_hash then
      select is_match, outdated into is_right, is_outdated
      from app_private.password_matches(check_password.password, current_hash);
    end if;
  end if;

  if not is_right then
    perform app_private.fail_login_attempt(attempt_key);
    perform app_private.record_event('password_failed', check_password.user_id);
    return false;
  end if;

  perform app_private.clear_login_attempts(attempt_key);
  if is_outdated then
    update app_private.user_secrets
    set password_hash = app_private.hash_password(check_password.password)
    where user_secrets.user_id = check_password.user_id;
  end if;
  return true;
end;
$function$;
comment on function app_private.check_password(uuid, text, text) is 'Whether the password is the user''s; locks the account if so. Failures count under the login name, or under the account if that is null. Raises TOO_MANY_ATTEMPTS.';

CREATE OR REPLACE FUNCTION app_private.clear_login_attempts(key bytea)
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  delete from app_private.login_attempts where login_name_key = clear_login_attempts.key;
$function$;
comment on function app_private.clear_login_attempts(bytea) is 'Forgets the failures of a login name or an account, after a success.';

CREATE OR REPLACE FUNCTION app_private.clear_login_attempts_of_user(user_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  with locked as (
    select login_name_key from app_private.login_attempts
    where login_name_key in (
      select app_private.login_name_key(username::text) from app_public.users where id = clear_login_attempts_of_user.user_id
      union all
      select app_private.login_name_key(email::text) from app_public.user_emails
      where user_emails.user_id = clear_login_attempts_of_user.user_id
    )
    order by login_name_key
    for update
  )
  delete from app_private.login_attempts where login_name_key in (select login_name_key from locked);
  perform app_private.clear_login_attempts(app_private.user_attempts_key(clear_login_attempts_of_user.user_id));
end;
$function$;
comment on function app_private.clear_login_attempts_of_user(uuid) is 'Forgets the failures of an account and of every name that logs in to it. Call it before lock_accounts.';

CREATE OR REPLACE FUNCTION app_private.create_one_time_token(purpose app_private.token_purpose, user_id uuid, email_id uuid DEFAULT NULL::uuid, requested_at timestamp with time zone DEFAULT clock_timestamp())
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  token text := translate(encode(public.gen_random_bytes(32), 'base64'), E'+/=\n', '-_');
begin
  perform app_private.lock_accounts(create_one_time_token.user_id);
  if not (purpose = 'email_verification' and app_private.is_primary_email(create_one_time_token.email_id)) and exists (
    select 1 from app_private.user_secrets
    where user_secrets.user_id = create_one_time_token.user_id and tokens_valid_from >= requested_at
  ) then
    return null;
  end if;

  insert into app_private.one_time_tokens (token_hash, purpose, user_id, email_id, expires_at)
  values (
    public.digest(token, 'sha256'),
    create_one_time_token.purpose,
    create_one_time_token.user_id,
    create_one_time_token.email_id,
    now() + case create_one_time_token.purpose when 'email_verification' then interval '24 hours' else interval '1 hour' end
  );
  return token;
end;
$function$;
comment on function app_private.create_one_time_token(app_private.token_purpose, uuid, uuid, timestamp with time zone) is 'Makes a token for a mail and returns it, the only time it is seen; null if it was requested before the password changed. Verification: 24 hours; others: 1 hour.';

CREATE OR REPLACE FUNCTION app_private.create_session(user_id uuid, kind app_public.session_kind)
 RETURNS app_public.sessions
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  session app_public.sessions;
begin
  -- A login ends the session it replaces, also one of another user: no second valid cookie stays behind.
  perform app_private.lock_accounts(create_session.user_id, app_public.current_user_id());
  delete from app_public.sessions where id = app_public.current_session_id();

  insert into app_public.sessions (user_id, kind, idle_limit, expires_at, address, client)
  select
    create_session.user_id,
    create_session.kind,
    settings.session_idle,
    now() + settings.session_absolute,
    app_hidden.request_metadata('address')::inet,
    left(app_hidden.request_metadata('client'), 500)
  from app_private.settings
  returning * into session;

  -- The password was given just now, and is not asked for again for ten minutes.
  insert into app_private.session_secrets (session_id, password_confirmed_at) values (session.id, now());
  return session;
end;
$function$;
comment on function app_private.create_session(uuid, app_public.session_kind) is 'Starts a session for a user whose password has just been checked, and ends the one it replaces.';

CREATE OR REPLACE FUNCTION app_private.digest_password(password text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select encode(public.digest(convert_to(password, 'UTF8'), 'sha384'), 'base64');
$function$;
comment on function app_private.digest_password(text) is 'The digest of a password as it is written.';

CREATE OR REPLACE FUNCTION app_private.end_one_time_tokens(user_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  delete from app_private.one_time_tokens
  where one_time_tokens.user_id = end_one_time_tokens.user_id
    and not (purpose = 'email_verification' and app_private.is_primary_email(email_id));
  update app_private.user_secrets set tokens_valid_from = clock_timestamp()
  where user_secrets.user_id = end_one_time_tokens.user_id;
$function$;
comment on function app_private.end_one_time_tokens(uuid) is 'Ends what was mailed to a user, or was requested until now, but for the verification of the primary address. Call it after lock_accounts.';

CREATE OR REPLACE FUNCTION app_private.fail_login_attempt(key bytea)
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  update app_private.login_attempts
  set
    failures = case when counts then failures + 1 else 1 end,
    last_failed_at = clock_timestamp(),
    -- After 5 failures a minute, doubling with each further one, at most 15 minutes (OWASP ASVS 6.3).
    retry_after = case
      when counts and failures + 1 >= 5
        then clock_timestamp() + least(interval '1 minute' * 2 ^ least(failures + 1 - 5, 10), interval '15 minutes')
    end
  -- Failures are forgotten 5 minutes after the last one, or after the wait it brought.
  from (
    select login_name_key as key_of, greatest(last_failed_at, retry_after) > clock_timestamp() - interval '5 minutes' as counts
    from app_private.login_attempts
    where login_name_key = fail_login_attempt.key
  ) as previous
  where login_name_key = previous.key_of;
$function$;
comment on function app_private.fail_login_attempt(bytea) is 'Counts one failed guess, and sets the wait it brings.';

CREATE OR REPLACE FUNCTION app_private.find_personal_token(secret text)
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select session_id from app_private.session_secrets
  where token_hash = public.digest(find_personal_token.secret, 'sha256');
$function$;
grant execute on function app_private.find_personal_token(text) to authenticator;
comment on function app_private.find_personal_token(text) is 'Which session a personal access token names; whether it is good, resolve_session says.';

CREATE OR REPLACE FUNCTION app_private.find_token_owner(purpose app_private.token_purpose, token text)
 RETURNS uuid
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select user_id from app_private.one_time_tokens
  where token_hash = public.digest(find_token_owner.token, 'sha256')
    and one_time_tokens.purpose = find_token_owner.purpose;
$function$;
comment on function app_private.find_token_owner(app_private.token_purpose, text) is 'Whose account a token is for, so that it can be locked before use_one_time_token decides; null for an unknown one.';

CREATE OR REPLACE FUNCTION app_private.find_user_id_by_login_name(login_name text)
 RETURNS uuid
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select user_id from app_private.find_users(login_name) where is_proved;
$function$;
comment on function app_private.find_user_id_by_login_name(text) is 'Whom a user name or a verified address logs in; null for nobody.';

CREATE OR REPLACE FUNCTION app_private.find_users(login_name text)
 RETURNS TABLE(user_id uuid, email_id uuid, is_proved boolean)
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select users.id, null::uuid, true
  from app_public.users
  where app_hidden.identity_key(users.username) = app_hidden.identity_key(login_name)
  union all
  select user_emails.user_id, user_emails.id, user_emails.is_verified
  from app_public.user_emails
  where app_hidden.identity_key(user_emails.email) = app_hidden.identity_key(login_name);
$function$;
comment on function app_private.find_users(text) is 'Who has a user name, has verified an address (both: is_proved), or merely claims it.';

CREATE OR REPLACE FUNCTION app_private.hash_password(password text)
 RETURNS text
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select public.crypt(app_private.prepare_password(password), public.gen_salt('bf', settings.bcrypt_cost))
  from app_private.settings;
$function$;
comment on function app_private.hash_password(text) is 'The bcrypt hash of a new password, at the cost set for this deployment.';

CREATE OR REPLACE FUNCTION app_private.is_primary_email(email_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select exists (select 1 from app_public.user_emails where id = is_primary_email.email_id and is_primary);
$function$;
comment on function app_private.is_primary_email(uuid) is 'Whether an address is the primary one of its account.';

CREATE OR REPLACE FUNCTION app_private.is_signing_key_due()
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select not exists (
    select 1 from app_private.signing_keys
    where verifies_until is null and created_at > now() - interval '30 days'
  );
$function$;
comment on function app_private.is_signing_key_due() is 'Whether there is no signing key, or it is older than 30 days.';

CREATE OR REPLACE FUNCTION app_private.keep_refresh_token(session_id uuid, refresh_token text)
 RETURNS timestamp with time zone
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  insert into app_private.refresh_tokens (token_hash, session_id, expires_at)
  select
    public.digest(keep_refresh_token.refresh_token, 'sha256'),
    sessions.id,
    least(now() + settings.refresh_token_lifetime, sessions.expires_at)
  from app_public.sessions, app_private.settings
  where sessions.id = keep_refresh_token.session_id
  returning expires_at;
$function$;
comment on function app_private.keep_refresh_token(uuid, text) is 'Notes the hash of a refresh token; returns when it expires.';

CREATE OR REPLACE FUNCTION app_private.list_signing_keys()
 RETURNS TABLE(kid text, public_jwk jsonb, encrypted_private_key bytea, age interval)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select kid, public_jwk, encrypted_private_key, now() - created_at
  from app_private.signing_keys
  where verifies_until is null or verifies_until > now()
  order by created_at desc;
$function$;
grant execute on function app_private.list_signing_keys() to authenticator;
comment on function app_private.list_signing_keys() is 'For the server: the keys with which access tokens are verified, newest first.';

CREATE OR REPLACE FUNCTION app_private.lock_accounts(VARIADIC user_ids uuid[])
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select 1 from app_public.user_accounts
  where user_id = any (lock_accounts.user_ids)
  order by user_id
  for no key update;
$function$;
comment on function app_private.lock_accounts(uuid[]) is 'Locks accounts until the end of the transaction, before a session or token of theirs is made or ended. Ignores nulls.';

CREATE OR REPLACE FUNCTION app_private.lock_accounts_and_administrators(VARIADIC user_ids uuid[])
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select 1 from app_public.user_accounts
  where user_id = any (lock_accounts_and_administrators.user_ids) or role = 'administrator'
  order by user_id
  for no key update;
$function$;
comment on function app_private.lock_accounts_and_administrators(uuid[]) is 'Like lock_accounts, for what may take away the last administrator: two that do so wait for each other.';

CREATE OR REPLACE FUNCTION app_private.login_name_key(login_name text)
 RETURNS bytea
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select public.hmac(convert_to(app_hidden.identity_key(login_name), 'UTF8'), settings.throttle_key, 'sha256')
  from app_private.settings;
$function$;
comment on function app_private.login_name_key(text) is 'Under which key the failed guesses of a login name are counted.';

CREATE OR REPLACE FUNCTION app_private.mailbox_key(address text)
 RETURNS bytea
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select public.hmac(
    convert_to(
      coalesce(
        translate(regexp_replace(substring(plain from '^(?:.*!(?=[^@]))?(.*)@'), '(?<=.)[+%].*', ''), '."\ ', '')
          || substring(plain from '@[^@]*$'),
        plain
      ),
      'UTF8'
    ),
    settings.throttle_key,
    'sha256'
  )
  from app_private.settings, btrim(lower(normalize(address, NFKC))) as plain;
$function$;
comment on function app_private.mailbox_key(text) is 'Under which key mails to an address are counted; the same for all spellings of one mailbox.';

CREATE OR REPLACE FUNCTION app_private.mark_email_verified(email_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  proved app_public.user_emails;
begin
  update app_public.user_emails
  set is_verified = true
  where id = mark_email_verified.email_id and not is_verified
  returning * into proved;
  if not found then
    return;
  end if;

  -- Others merely claimed it, and can no longer verify it. Their claims stay as they are: one that disappeared would tell
  -- its claimant that another account has the address.
  delete from app_private.one_time_tokens
  where one_time_tokens.email_id in (
    select rival.email_id from app_private.find_users(proved.email) as rival where rival.email_id <> proved.id
  );

  -- Mail should go where it is known to arrive.
  if not proved.is_primary and not exists (
    select 1 from app_public.user_emails where user_id = proved.user_id and is_primary and is_verified
  ) then
    perform app_private.set_primary_email(proved.user_id, proved.id);
  end if;
  perform app_private.record_event('email_verified', proved.user_id, jsonb_build_object('email', proved.email));
end;
$function$;
comment on function app_private.mark_email_verified(uuid) is 'Notes that an address is its account''s, ends what rivals could verify it with, and makes it primary if no verified one is.';

CREATE OR REPLACE FUNCTION app_private.normalize_password(password text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select normalize(translate(
    password,
    U&'\3000\FF01\FF02\FF03\FF04\FF05\FF06\FF07\FF08\FF09\FF0A\FF0B\FF0C\FF0D\FF0E\FF0F\FF10\FF11\FF12\FF13'
    '\FF14\FF15\FF16\FF17\FF18\FF19\FF1A\FF1B\FF1C\FF1D\FF1E\FF1F\FF20\FF21\FF22\FF23\FF24\FF25\FF26\FF27'
    '\FF28\FF29\FF2A\FF2B\FF2C\FF2D\FF2E\FF2F\FF30\FF31\FF32\FF33\FF34\FF35\FF36\FF37\FF38\FF39\FF3A\FF3B'
    '\FF3C\FF3D\FF3E\FF3F\FF40\FF41\FF42\FF43\FF44\FF45\FF46\FF47\FF48\FF49\FF4A\FF4B\FF4C\FF4D\FF4E\FF4F'
    '\FF50\FF51\FF52\FF53\FF54\FF55\FF56\FF57\FF58\FF59\FF5A\FF5B\FF5C\FF5D\FF5E\FF5F\FF60\FF61\FF62\FF63'
    '\FF64\FF65\FF66\FF67\FF68\FF69\FF6A\FF6B\FF6C\FF6D\FF6E\FF6F\FF70\FF71\FF72\FF73\FF74\FF75\FF76\FF77'
    '\FF78\FF79\FF7A\FF7B\FF7C\FF7D\FF7E\FF7F\FF80\FF81\FF82\FF83\FF84\FF85\FF86\FF87\FF88\FF89\FF8A\FF8B'
    '\FF8C\FF8D\FF8E\FF8F\FF90\FF91\FF92\FF93\FF94\FF95\FF96\FF97\FF98\FF99\FF9A\FF9B\FF9C\FF9D\FF9E\FF9F'
    '\FFA0\FFA1\FFA2\FFA3\FFA4\FFA5\FFA6\FFA7\FFA8\FFA9\FFAA\FFAB\FFAC\FFAD\FFAE\FFAF\FFB0\FFB1\FFB2\FFB3'
    '\FFB4\FFB5\FFB6\FFB7\FFB8\FFB9\FFBA\FFBB\FFBC\FFBD\FFBE\FFC2\FFC3\FFC4\FFC5\FFC6\FFC7\FFCA\FFCB\FFCC'
    '\FFCD\FFCE\FFCF\FFD2\FFD3\FFD4\FFD5\FFD6\FFD7\FFDA\FFDB\FFDC\FFE0\FFE1\FFE2\FFE3\FFE4\FFE5\FFE6\FFE8'
    '\FFE9\FFEA\FFEB\FFEC\FFED\FFEE',
    U&' !"#$%&''()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~'
    '\2985\2986\3002\300C\300D\3001\30FB\30F2\30A1\30A3\30A5\30A7\30A9\30E3\30E5\30E7\30C3\30FC\30A2\30A4'
    '\30A6\30A8\30AA\30AB\30AD\30AF\30B1\30B3\30B5\30B7\30B9\30BB\30BD\30BF\30C1\30C4\30C6\30C8\30CA\30CB'
    '\30CC\30CD\30CE\30CF\30D2\30D5\30D8\30DB\30DE\30DF\30E0\30E1\30E2\30E4\30E6\30E8\30E9\30EA\30EB\30EC'
    '\30ED\30EF\30F3\3099\309A\3164\3131\3132\3133\3134\3135\3136\3137\3138\3139\313A\313B\313C\313D\313E'
    '\313F\3140\3141\3142\3143\3144\3145\3146\3147\3148\3149\314A\314B\314C\314D\314E\314F\3150\3151\3152'
    '\3153\3154\3155\3156\3157\3158\3159\315A\315B\315C\315D\315E\315F\3160\3161\3162\3163\00A2\00A3\00AC'
    '\00AF\00A6\00A5\20A9\2502\2190\2191\2192\2193\25A0\25CB'
  ), NFC);
$function$;
comment on function app_private.normalize_password(text) is 'The form in which passwords are compared.';

CREATE OR REPLACE FUNCTION app_private.notify_user(user_id uuid, kind text, details jsonb DEFAULT '{}'::jsonb, also_to text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select graphile_worker.add_job(
    'send_notice',
    json_build_object(
      'kind', notify_user.kind,
      'to', recipients.email,
      'userId', users.id,
      'username', users.username,
      'details', notify_user.details
    )
  )
  from app_public.users
  cross join lateral (
    select email from app_public.user_emails where user_emails.user_id = users.id and is_verified
    union
    select notify_user.also_to where notify_user.also_to is not null
  ) as recipients (email)
  where users.id = notify_user.user_id;
$function$;
comment on function app_private.notify_user(uuid, text, jsonb, text) is 'Enqueues a mail to each verified address of an account about a change to it, in the transaction of the change.';

CREATE OR REPLACE FUNCTION app_private.password_matches(password text, password_hash text, OUT is_match boolean, OUT outdated boolean)
 RETURNS record
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  is_normal constant boolean := password = app_private.normalize_password(password);
  compared text;
begin
  -- `$2a$12$…`: the cost stands in characters 5 and 6. Hash again when the deployment's cost has changed.
  select
    coalesce(password_hash, format('$2a$%s$......................', lpad(settings.bcrypt_cost::text, 2, '0'))),
    substring(password_hash from 5 for 2)::integer <> settings.bcrypt_cost
  into compared, outdated
  from app_private.settings;
  is_match := public.crypt(app_private.prepare_password(password), compared) = compared;
  if not is_match and not is_normal then
    is_match := public.crypt(app_private.digest_password(password), compared) = compared;
    outdated := true;
  end if;
end;
$function$;
comment on function app_private.password_matches(text, text) is 'Whether the password is the one hashed, and whether it should be hashed again; without a hash not, after the same work.';

CREATE OR REPLACE FUNCTION app_private.prepare_account_deletion(user_id uuid, requested_at timestamp with time zone DEFAULT clock_timestamp(), OUT address text, OUT username text, OUT token text, OUT mail_id bigint)
 RETURNS record
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  mail_kind text;
begin
  perform app_private.lock_accounts(prepare_account_deletion.user_id);
  select
    user_emails.email,
    users.username,
    -- As for resets: what strangers can cause does not keep back a mail to a verified address.
    'account_deletion' || case when user_emails.is_verified then ' ' || users.id else '' end
  into address, username, mail_kind
  from app_public.users
  join app_public.user_emails on user_emails.user_id = users.id and user_emails.is_primary
  where users.id = prepare_account_deletion.user_id;
  if not found then
    return;
  end if;
  mail_id := app_private.reserve_mail(mail_kind, address);
  if mail_id is not null then
    token := app_private.create_one_time_token(
      'account_deletion', prepare_account_deletion.user_id, requested_at => requested_at
    );
    -- Requested before the password was changed.
    if token is null then
      perform app_private.release_mail(mail_id);
    end if;
  end if;
end;
$function$;
comment on function app_private.prepare_account_deletion(uuid, timestamp with time zone) is 'For the worker: where to send the confirmation of a deletion; token null for nothing to send.';

CREATE OR REPLACE FUNCTION app_private.prepare_email_verification(email_id uuid, requested_at timestamp with time zone DEFAULT clock_timestamp(), OUT kind text, OUT address text, OUT username text, OUT token text, OUT mail_id bigint)
 RETURNS record
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  claim app_public.user_emails;
begin
  perform app_private.lock_accounts(
    (select user_emails.user_id from app_public.user_emails where id = prepare_email_verification.email_id)
  );
  select * into claim from app_public.user_emails where id = email_id and not is_verified;
  if not found then
    return;
  end if;
  mail_id := app_private.reserve_mail('email_verification', claim.email);
  if mail_id is null then
    return;
  end if;

  address := claim.email;
  select users.username into username from app_public.users where users.id = claim.user_id;
  if exists (select 1 from app_private.find_users(claim.email) where is_proved) then
    kind := 'address_taken';
  else
    kind := 'email_verification';
    token := app_private.create_one_time_token('email_verification', claim.user_id, claim.id, requested_at);
    -- Requested before the password was changed.
    if token is null then
      kind := null;
      perform app_private.release_mail(mail_id);
    end if;
  end if;
end;
$function$;
comment on function app_private.prepare_email_verification(uuid, timestamp with time zone) is 'For the worker: what to mail to a claimed address; kind null for nothing (verified or gone by now, too many mails).';

CREATE OR REPLACE FUNCTION app_private.prepare_password(password text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select app_private.digest_password(app_private.normalize_password(password));
$function$;
comment on function app_private.prepare_password(text) is 'What bcrypt is given in place of the password.';

CREATE OR REPLACE FUNCTION app_private.prepare_password_reset(typed_address text, requested_at timestamp with time zone DEFAULT clock_timestamp(), OUT kind text, OUT address text, OUT username text, OUT token text, OUT user_id uuid, OUT mail_id bigint)
 RETURNS record
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  target app_public.user_emails;
begin
  -- Before it is decided whose the address is: a reset or a verification that is under way decides that first.
  perform app_private.lock_accounts(
    variadic array(select found.user_id from app_private.find_users(typed_address) as found)
  );
  select user_emails.* into target
  from app_private.find_users(typed_address) as found
  join app_public.user_emails on user_emails.id = found.email_id
  where found.is_proved
    or (
      not exists (
        select 1 from app_private.find_users(typed_address) as rival where rival.email_id <> found.email_id
      )
      and not exists (
        select 1 from app_public.user_emails as other where other.user_id = found.user_id and other.is_verified
      )
    );

  address := coalesce(target.email, typed_address);
  mail_id := app_private.reserve_mail(
    'password_reset' || case when target.is_verified then ' ' || target.user_id else '' end, address
  );
  if mail_id is null then
    return;
  end if;
  if target.id is null then
    kind := 'unknown_address';
    return;
  end if;

  kind := 'password_reset';
  user_id := target.user_id;
  select users.username into username from app_public.users where users.id = target.user_id;
  token := app_private.create_one_time_token('password_reset', target.user_id, target.id, requested_at);
  -- Requested before the password was changed.
  if token is null then
    kind := null;
    perform app_private.release_mail(mail_id);
  end if;
end;
$function$;
comment on function app_private.prepare_password_reset(text, timestamp with time zone) is 'For the worker: what to mail to an address whose password was forgotten; kind null for nothing (too many mails).';

CREATE OR REPLACE FUNCTION app_private.prune()
 RETURNS integer
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  with pruned as (
    delete from app_public.sessions
    where expires_at <= now() or last_active_at + idle_limit <= now()
    returning id
  ), pruned_cookies as (
    delete from app_private.cookie_sessions where expire <= now()
  ), pruned_tokens as (
    delete from app_private.one_time_tokens where expires_at <= now()
  ), pruned_mails as (
    delete from app_private.sent_mails where sent_at < now() - interval '1 day'
  ), pruned_heartbeats as (
    delete from app_private.worker_heartbeats where beaten_at < now() - interval '1 day'
  ), pruned_attempts as (
    delete from app_private.login_attempts
    where greatest(last_failed_at, retry_after) < now() - interval '1 day'
  ), pruned_events as (
    delete from app_public.audit_events
    where occurred_at < now() - (select audit_retention from app_private.settings)
  )
  select count(*)::integer from pruned;
$function$;
comment on function app_private.prune() is 'Removes what has expired: sessions, cookie rows, tokens, counts, audit events past their time. Run by a scheduled job of the owner. Returns how many sessions were removed.';

CREATE OR REPLACE FUNCTION app_private.record_event(action text, user_id uuid, details jsonb DEFAULT '{}'::jsonb)
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  insert into app_public.audit_events (action, user_id, actor_id, session_id, address, client, details)
  values (
    record_event.action,
    record_event.user_id,
    app_public.current_user_id(),
    app_public.current_session_id(),
    app_hidden.request_metadata('address')::inet,
    left(app_hidden.request_metadata('client'), 500),
    record_event.details
  );
$function$;
comment on function app_private.record_event(text, uuid, jsonb) is 'Notes what happened to an account, with who did it and from where, in the transaction in which it happens.';

CREATE OR REPLACE FUNCTION app_private.release_mail(reserved bigint)
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  delete from app_private.sent_mails where id = release_mail.reserved;
$function$;
comment on function app_private.release_mail(bigint) is 'Gives a reservation back when the mail could not be sent, so that a mail server that is down uses up no mails.';

CREATE OR REPLACE FUNCTION app_private.reserve_mail(kind text, address text)
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  name text := regexp_replace(reserve_mail.kind, ' [0-9a-f-]{36}$', '');
  key bytea := public.digest(
    app_private.mailbox_key(address) || convert_to(reserve_mail.kind, 'UTF8'), 'sha256'
  );
  reserved bigint;
begin
  perform pg_advisory_xact_lock(hashtextextended(encode(key, 'hex'), 0));
  insert into app_private.sent_mails (kind, address_key)
  select name, key
  where (
    select count(*) < 5
    from app_private.sent_mails
    where sent_mails.kind = name and address_key = key and sent_at > now() - interval '1 hour'
  )
  returning id into reserved;
  return reserved;
end;
$function$;
comment on function app_private.reserve_mail(text, text) is 'Counts a mail that is about to be sent to an address, at most 5 of a kind in an hour. Null: do not send it.';

CREATE OR REPLACE FUNCTION app_private.resolve_session(session_id uuid, OUT role text, OUT user_id uuid, OUT read_only text)
 RETURNS record
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
$function$;
grant execute on function app_private.resolve_session(uuid) to authenticator;
comment on function app_private.resolve_session(uuid) is 'The role and the user of a live session, and whether it may only read; `anonymous` for null; raises UNAUTHENTICATED for any other.';

CREATE OR REPLACE FUNCTION app_private.set_primary_email(user_id uuid, email_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  -- In this order: at no moment may two be primary.
  update app_public.user_emails set is_primary = false
  where user_emails.user_id = set_primary_email.user_id and is_primary and id <> set_primary_email.email_id;
  update app_public.user_emails set is_primary = true
  where user_emails.user_id = set_primary_email.user_id and id = set_primary_email.email_id;
$function$;
comment on function app_private.set_primary_email(uuid, uuid) is 'Makes one address of an account its primary one.';

CREATE OR REPLACE FUNCTION app_private.successor_of(refresh_token text)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select translate(
    encode(public.hmac(convert_to(successor_of.refresh_token, 'UTF8'), settings.token_key, 'sha256'), 'base64'),
    E'+/=\n', '-_'
  )
  from app_private.settings;
$function$;
comment on function app_private.successor_of(text) is 'The refresh token that follows this one.';

CREATE OR REPLACE FUNCTION app_private.tg__lock_account()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  perform app_private.lock_accounts(app_public.current_user_id());
  return null;
end;
$function$;
comment on function app_private.tg__lock_account() is 'Locks the account of the current user, if any; attach it as _050_lock_account, for each statement.';

CREATE OR REPLACE FUNCTION app_private.tg__notify_servers()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  perform pg_notify('rowgate', 'user:' || (to_jsonb(coalesce(new, old)) ->> tg_argv[0]));
  return null;
end;
$function$;
comment on function app_private.tg__notify_servers() is 'Tells the servers whose account has changed; attach it as _600_notify_servers, with the column that holds the user''s id.';

CREATE OR REPLACE FUNCTION app_private.tg__timestamps()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  new.created_at := case tg_op when 'INSERT' then now() else old.created_at end;
  -- Strictly later than before, so that a client can order two changes made in one transaction's instant.
  new.updated_at := case tg_op
    when 'INSERT' then now()
    else greatest(now(), old.updated_at + interval '1 millisecond')
  end;
  return new;
end;
$function$;
comment on function app_private.tg__timestamps() is 'Keeps created_at and updated_at true whatever the statement says; attach it as _100_timestamps.';

CREATE OR REPLACE FUNCTION app_private.tg_audit_events__append_only()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if tg_op = 'DELETE' and old.occurred_at < now() - (select audit_retention from app_private.settings) then
    return old;
  end if;
  raise exception 'Audit events are never changed, and removed only when older than settings.audit_retention.'
    using errcode = 'RG000', hint = 'FORBIDDEN';
end;
$function$;
comment on function app_private.tg_audit_events__append_only() is 'Keeps the past as it was, for the owner of the schema too.';

CREATE OR REPLACE FUNCTION app_private.tg_sessions__audit()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  -- What ends by itself (pruning) or with its account has an event of its own, or none.
  if app_public.current_user_id() is not null
    and exists (select 1 from app_public.users where id = old.user_id)
  then
    perform app_private.record_event(
      case when old.id = app_public.current_session_id() then 'logged_out' else 'session_ended' end,
      old.user_id,
      jsonb_build_object('sessionId', old.id, 'kind', old.kind)
    );
  end if;
  return old;
end;
$function$;
comment on function app_private.tg_sessions__audit() is 'Notes that somebody ended a session.';

CREATE OR REPLACE FUNCTION app_private.tg_sessions__notify_servers()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  perform pg_notify('rowgate', 'session:' || old.id);
  return null;
end;
$function$;
comment on function app_private.tg_sessions__notify_servers() is 'Tells the servers which session has ended.';

CREATE OR REPLACE FUNCTION app_private.tg_user_emails__announce()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  next_primary uuid;
begin
  if tg_op = 'INSERT' then
    if not new.is_verified then
      perform graphile_worker.add_job(
        'send_email_verification',
        json_build_object('emailId', new.id, 'requestedAt', clock_timestamp()),
        job_key => 'send_email_verification:' || new.id
      );
    end if;
    if not new.is_primary then
      perform app_private.record_event('email_added', new.user_id, jsonb_build_object('email', new.email));
      perform app_private.notify_user(new.user_id, 'email_added', jsonb_build_object('email', new.email));
    end if;
    return new;
  end if;

  if not exists (select 1 from app_public.users where id = old.user_id) then
    return old;
  end if;
  if old.is_primary then
    select id into next_primary from app_public.user_emails
    where user_id = old.user_id order by is_verified desc, created_at, id limit 1;
    perform app_private.set_primary_email(old.user_id, next_primary);
  end if;
  perform app_private.record_event('email_removed', old.user_id, jsonb_build_object('email', old.email));
  perform app_private.notify_user(
    old.user_id,
    'email_removed',
    jsonb_build_object('email', old.email),
    -- An address that was never verified may be a stranger's.
    also_to => case when old.is_verified then old.email end
  );
  return old;
end;
$function$;
comment on function app_private.tg_user_emails__announce() is 'Sends the verification of a new address, and tells the account''s verified addresses what was added or removed.';

CREATE OR REPLACE FUNCTION app_private.tg_user_emails__check_email()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if not app_hidden.is_email_address(new.email) then
    raise exception 'This is not an e-mail address.'
      using errcode = 'check_violation', schema = 'app_public', table = 'user_emails', constraint = 'user_emails_email_check';
  end if;
  return new;
end;
$function$;
comment on function app_private.tg_user_emails__check_email() is 'Refuses addresses that are not written in the one accepted form.';

CREATE OR REPLACE FUNCTION app_private.tg_user_emails__guard()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  email app_public.user_emails := case tg_op when 'DELETE' then old else new end;
begin
  -- Not a request of the account's own user: registering, or the deletion of the account.
  if app_public.current_user_id() is null
    or email.user_id is distinct from app_public.current_user_id()
    or tg_op = 'DELETE' and not exists (select 1 from app_public.users where id = email.user_id)
  then
    return email;
  end if;

  -- Locks the account: two deletes at once, each leaving the other's address, would leave none.
  perform app_private.assert_recently_authenticated();

  if tg_op = 'DELETE' and not exists (
    select 1 from app_public.user_emails
    where user_id = old.user_id and id <> old.id and (is_verified or not old.is_verified)
  ) then
    raise exception 'Keep at least one address, and one verified address if there is one.'
      using errcode = 'RG000', hint = 'LAST_EMAIL';
  end if;
  if tg_op = 'INSERT' and (select count(*) from app_public.user_emails where user_id = new.user_id) >= 10 then
    raise exception 'An account has at most 10 addresses.'
      using errcode = 'RG000', hint = 'INVALID_INPUT', column = 'email';
  end if;
  return email;
end;
$function$;
comment on function app_private.tg_user_emails__guard() is 'Asks for a recent password before a user adds or removes an address, and keeps the last one.';

CREATE OR REPLACE FUNCTION app_private.tg_users__announce_rename()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  perform app_private.record_event(
    'username_changed', new.id, jsonb_build_object('from', old.username, 'to', new.username)
  );
  perform app_private.notify_user(new.id, 'username_changed', jsonb_build_object('name', old.username));
  return null;
end;
$function$;
comment on function app_private.tg_users__announce_rename() is 'Records that a user name was changed, and tells its owner by mail.';

CREATE OR REPLACE FUNCTION app_private.tg_users__carry_attempts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  insert into app_private.login_attempts (login_name_key, failures, last_failed_at, retry_after)
  select app_private.login_name_key(new.username::text), failures, last_failed_at, retry_after
  from app_private.login_attempts
  where login_name_key = app_private.login_name_key(old.username::text)
    and login_name_key <> app_private.login_name_key(new.username::text)
    and failures > 0
  on conflict (login_name_key) do update
  set
    failures = greatest(login_attempts.failures, excluded.failures),
    last_failed_at = greatest(login_attempts.last_failed_at, excluded.last_failed_at),
    retry_after = greatest(login_attempts.retry_after, excluded.retry_after);
  return null;
end;
$function$;
comment on function app_private.tg_users__carry_attempts() is 'Counts the failed guesses at a user name for its new name too.';

CREATE OR REPLACE FUNCTION app_private.tg_users__lock_attempts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  insert into app_private.login_attempts (login_name_key)
  select app_private.login_name_key(username::text) from app_public.users where id = app_public.current_user_id()
  on conflict (login_name_key) do update set login_name_key = excluded.login_name_key;
  return null;
end;
$function$;
comment on function app_private.tg_users__lock_attempts() is 'Waits for guesses at the user name of the current user, before it is changed.';

CREATE OR REPLACE FUNCTION app_private.touch_session(session_id uuid)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  update app_public.sessions
  set last_active_at = now()
  where id = touch_session.session_id
    and last_active_at < now() - interval '30 seconds'
    and last_active_at + idle_limit > now()
    and expires_at > now();
$function$;
grant execute on function app_private.touch_session(uuid) to authenticator;
comment on function app_private.touch_session(uuid) is 'Notes that a live session was used; at most twice a minute.';

CREATE OR REPLACE FUNCTION app_private.use_one_time_token(purpose app_private.token_purpose, token text)
 RETURNS app_private.one_time_tokens
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  used app_private.one_time_tokens;
begin
  delete from app_private.one_time_tokens
  where token_hash = public.digest(use_one_time_token.token, 'sha256')
    and one_time_tokens.purpose = use_one_time_token.purpose
    and expires_at > now()
  returning * into used;

  if not found then
    raise exception 'Invalid or expired token. Ask for a new link.'
      using errcode = 'RG000', hint = 'INVALID_TOKEN';
  end if;

  -- Other tokens for the same purpose end with it.
  delete from app_private.one_time_tokens
  where one_time_tokens.user_id = used.user_id
    and one_time_tokens.purpose = used.purpose
    and one_time_tokens.email_id is not distinct from used.email_id;
  return used;
end;
$function$;
comment on function app_private.use_one_time_token(app_private.token_purpose, text) is 'Spends a token and returns what it was for; raises INVALID_TOKEN if it is unknown, used, too old or for something else.';

CREATE OR REPLACE FUNCTION app_private.user_attempts_key(user_id uuid)
 RETURNS bytea
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select public.hmac('\x00'::bytea || uuid_send(user_attempts_key.user_id), settings.throttle_key, 'sha256')
  from app_private.settings;
$function$;
comment on function app_private.user_attempts_key(uuid) is 'Under which key the failed guesses through sessions of an account are counted.';

CREATE OR REPLACE FUNCTION app_public."current_user"()
 RETURNS app_public.users
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  select users from app_public.users where id = app_public.current_user_id();
$function$;
grant execute on function app_public."current_user"() to anonymous;
grant execute on function app_public."current_user"() to webuser;
comment on function app_public."current_user"() is 'The user who is logged in; null without a session.';

CREATE OR REPLACE FUNCTION app_public.change_password(old_password text, new_password text)
 RETURNS boolean
 LANGUAGE plpgsql
 STRICT SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  perform app_private.assert_password_is_acceptable(new_password, 'newPassword');
  -- Locks the account.
  if not app_private.check_current_password(old_password) then
    return null;
  end if;

  update app_private.user_secrets
  set password_hash = app_private.hash_password(new_password), password_changed_at = now()
  where user_id = app_public.current_user_id();

  -- Personal access tokens stay: they are made for scripts, which do not know the password.
  delete from app_public.sessions
  where user_id = app_public.current_user_id()
    and id <> app_public.current_session_id()
    and kind <> 'personal_token';
  perform app_private.end_one_time_tokens(app_public.current_user_id());

  perform app_private.record_event('password_changed', app_public.current_user_id());
  perform app_private.notify_user(app_public.current_user_id(), 'password_changed');
  return true;
end;
$function$;
grant execute on function app_public.change_password(text, text) to webuser;
comment on function app_public.change_password(text, text) is 'Changes the password, ends every other cookie session and token pair, and every link that was mailed. Errors: INVALID_CREDENTIALS, TOO_MANY_ATTEMPTS, WEAK_PASSWORD.';

CREATE OR REPLACE FUNCTION app_public.confirm_account_deletion(token text)
 RETURNS boolean
 LANGUAGE plpgsql
 STRICT SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  used app_private.one_time_tokens;
begin
  perform app_private.lock_accounts_and_administrators(app_public.current_user_id());
  perform app_private.assert_session_is_live();
  used := app_private.use_one_time_token('account_deletion', token);
  if used.user_id is distinct from app_public.current_user_id() then
    raise exception 'Log in as the account that the mail names, then open the link again.'
      using errcode = 'RG000', hint = 'INVALID_TOKEN';
  end if;
  perform app_private.assert_other_administrator(used.user_id);

  perform app_private.record_event('account_deleted', used.user_id);
  perform app_private.notify_user(used.user_id, 'account_deleted');
  delete from app_public.users where id = used.user_id;
  return true;
end;
$function$;
grant execute on function app_public.confirm_account_deletion(text) to webuser;
comment on function app_public.confirm_account_deletion(text) is 'Deletes the account and everything of it, but for its audit events. Cannot be undone. Errors: INVALID_TOKEN, LAST_ADMINISTRATOR.';

CREATE OR REPLACE FUNCTION app_public.create_access_token(name text, expires_at timestamp with time zone, scopes app_public.token_scope[])
 RETURNS app_public.new_access_token
 LANGUAGE plpgsql
 STRICT SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  body text := encode(public.gen_random_bytes(20), 'hex');
  created app_public.new_access_token;
begin
  perform app_private.assert_recently_authenticated();
  if trim(create_access_token.name) = '' then
    raise exception 'Give the token a name.' using errcode = 'RG000', hint = 'INVALID_INPUT', column = 'name';
  end if;
  if create_access_token.expires_at <= now() or create_access_token.expires_at > now() + interval '366 days' then
    raise exception 'A token expires in the future, and within a year.'
      using errcode = 'RG000', hint = 'INVALID_INPUT', column = 'expiresAt';
  end if;
  if cardinality(create_access_token.scopes) = 0 or array_position(create_access_token.scopes, null) is not null then
    raise exception 'Give the token at least one scope.' using errcode = 'RG000', hint = 'INVALID_INPUT', column = 'scopes';
  end if;

  insert into app_public.sessions (user_id, kind, name, scopes, idle_limit, expires_at, address, client)
  values (
    app_public.current_user_id(),
    'personal_token',
    trim(create_access_token.name),
    create_access_token.scopes,
    create_access_token.expires_at - now(),
    create_access_token.expires_at,
    app_hidden.request_metadata('address')::inet,
    left(app_hidden.request_metadata('client'), 500)
  )
  returning id into created.session_id;

  created.secret := 'rgp_' || body || left(encode(public.digest(body, 'sha256'), 'hex'), 8);
  insert into app_private.session_secrets (session_id, token_hash)
  values (created.session_id, public.digest(created.secret, 'sha256'));
  perform app_private.record_event(
    'access_token_created',
    app_public.current_user_id(),
    jsonb_build_object('sessionId', created.session_id, 'name', trim(create_access_token.name), 'scopes', create_access_token.scopes)
  );
  perform app_private.notify_user(
    app_public.current_user_id(), 'access_token_created', jsonb_build_object('name', trim(create_access_token.name))
  );
  return created;
end;
$function$;
grant execute on function app_public.create_access_token(text, timestamp with time zone, app_public.token_scope[]) to webuser;
comment on function app_public.create_access_token(text, timestamp with time zone, app_public.token_scope[]) is 'Makes a personal access token for scripts; its secret is shown here and never again. With the scope `read` alone it cannot change anything. Errors: REAUTHENTICATION_REQUIRED, INVALID_INPUT.';

CREATE OR REPLACE FUNCTION app_public.current_session()
 RETURNS app_public.sessions
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  select sessions from app_public.sessions where id = app_public.current_session_id();
$function$;
grant execute on function app_public.current_session() to anonymous;
grant execute on function app_public.current_session() to webuser;
comment on function app_public.current_session() is 'The session this request runs under; null without one.';

CREATE OR REPLACE FUNCTION app_public.current_session_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  select nullif(pg_catalog.current_setting('app.session_id', true), '')::uuid;
$function$;
grant execute on function app_public.current_session_id() to anonymous;
grant execute on function app_public.current_session_id() to webuser;
comment on function app_public.current_session_id() is 'The id of the session this request runs under; null without one.';

CREATE OR REPLACE FUNCTION app_public.current_user_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  select nullif(pg_catalog.current_setting('app.user_id', true), '')::uuid;
$function$;
grant execute on function app_public.current_user_id() to anonymous;
grant execute on function app_public.current_user_id() to webuser;
comment on function app_public.current_user_id() is 'The id of the user this request runs as; null without a session. Use it in your own policies.';

CREATE OR REPLACE FUNCTION app_public.end_other_sessions()
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  ended integer;
begin
  perform app_private.lock_accounts(app_public.current_user_id());
  -- A session that has ended meanwhile ends nothing: the others may have begun after it.
  delete from app_public.sessions
  where user_id = app_public.current_user_id()
    and id <> app_public.current_session_id()
    and exists (select 1 from app_public.sessions as own where own.id = app_public.current_session_id());
  get diagnostics ended = row_count;
  return ended;
end;
$function$;
grant execute on function app_public.end_other_sessions() to webuser;
comment on function app_public.end_other_sessions() is 'Ends every session of the current user but this one, whatever its kind. Returns how many ended.';

CREATE OR REPLACE FUNCTION app_public.end_sessions_of_user(user_id uuid)
 RETURNS integer
 LANGUAGE plpgsql
 STRICT SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  ended integer;
begin
  perform app_private.lock_accounts(end_sessions_of_user.user_id, app_public.current_user_id());
  perform app_private.assert_administrator();
  if not exists (select 1 from app_public.users where id = end_sessions_of_user.user_id) then
    raise exception 'There is no such user.' using errcode = 'RG000', hint = 'NOT_FOUND';
  end if;
  delete from app_public.sessions where sessions.user_id = end_sessions_of_user.user_id;
  get diagnostics ended = row_count;
  return ended;
end;
$function$;
grant execute on function app_public.end_sessions_of_user(uuid) to webadmin;
comment on function app_public.end_sessions_of_user(uuid) is 'Logs a user out everywhere. Returns how many sessions ended. For administrators. Errors: FORBIDDEN, NOT_FOUND.';

CREATE OR REPLACE FUNCTION app_public.forgot_password(email text)
 RETURNS boolean
 LANGUAGE plpgsql
 STRICT SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  address text := trim(forgot_password.email);
begin
  if not app_hidden.is_email_address(address) then
    raise exception 'This is not an e-mail address. Check its spelling.'
      using errcode = 'RG000', hint = 'INVALID_INPUT', column = 'email';
  end if;
  perform graphile_worker.add_job(
    'send_password_reset',
    json_build_object('email', address, 'requestedAt', clock_timestamp()),
    -- Asking twice before the first mail is out brings one mail.
    job_key => 'send_password_reset:' || encode(app_private.login_name_key(address), 'hex')
  );
  return true;
end;
$function$;
grant execute on function app_public.forgot_password(text) to anonymous;
grant execute on function app_public.forgot_password(text) to webuser;
comment on function app_public.forgot_password(text) is 'Sends a mail with which the password can be reset, or one that says that no account has this address. Answers alike for both.';

CREATE OR REPLACE FUNCTION app_public.login(username text, password text)
 RETURNS app_public.sessions
 LANGUAGE plpgsql
 STRICT SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  found_user_id uuid := app_private.check_credentials(login.username, login.password);
begin
  if found_user_id is null then
    return null;
  end if;
  return app_private.create_session(found_user_id, 'cookie');
end;
$function$;
grant execute on function app_public.login(text, text) to anonymous;
grant execute on function app_public.login(text, text) to webuser;
comment on function app_public.login(text, text) is 'Logs in with a user name or a verified e-mail. The session of the request, if any, ends. Errors: INVALID_CREDENTIALS, TOO_MANY_ATTEMPTS (retryAfter), ACCOUNT_SUSPENDED.';

CREATE OR REPLACE FUNCTION app_public.logout()
 RETURNS boolean
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  with ended as (
    delete from app_public.sessions where id = app_public.current_session_id() returning id
  )
  select exists (select 1 from ended);
$function$;
grant execute on function app_public.logout() to anonymous;
grant execute on function app_public.logout() to webuser;
comment on function app_public.logout() is 'Ends the current session. True if there was one.';

CREATE OR REPLACE FUNCTION app_public.make_email_primary(email_id uuid)
 RETURNS app_public.user_emails
 LANGUAGE plpgsql
 STRICT SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  chosen app_public.user_emails;
begin
  perform app_private.assert_recently_authenticated();
  select * into chosen from app_public.user_emails
  where id = make_email_primary.email_id and user_id = app_public.current_user_id();
  if not found then
    raise exception 'There is no such address in your account.' using errcode = 'RG000', hint = 'NOT_FOUND';
  end if;
  if not chosen.is_verified then
    raise exception 'Verify this address first.' using errcode = 'RG000', hint = 'EMAIL_NOT_VERIFIED';
  end if;

  if not chosen.is_primary then
    perform app_private.set_primary_email(chosen.user_id, chosen.id);
    perform app_private.record_event('email_made_primary', chosen.user_id, jsonb_build_object('email', chosen.email));
    perform app_private.notify_user(chosen.user_id, 'primary_email_changed', jsonb_build_object('email', chosen.email));
    select * into chosen from app_public.user_emails where id = chosen.id;
  end if;
  return chosen;
end;
$function$;
grant execute on function app_public.make_email_primary(uuid) to webuser;
comment on function app_public.make_email_primary(uuid) is 'Sends the account''s mail to this address from now on. Errors: REAUTHENTICATION_REQUIRED, NOT_FOUND, EMAIL_NOT_VERIFIED.';

CREATE OR REPLACE FUNCTION app_public.reauthenticate(password text)
 RETURNS boolean
 LANGUAGE plpgsql
 STRICT SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if not app_private.check_current_password(reauthenticate.password) then
    return null;
  end if;
  update app_private.session_secrets
  set password_confirmed_at = now()
  where session_id = app_public.current_session_id();
  return true;
end;
$function$;
grant execute on function app_public.reauthenticate(text) to webuser;
comment on function app_public.reauthenticate(text) is 'Confirms the password for this session; what asks for it works for the next 10 minutes. Errors: INVALID_CREDENTIALS, TOO_MANY_ATTEMPTS.';

CREATE OR REPLACE FUNCTION app_public.register(username text, email text, password text, name text DEFAULT NULL::text)
 RETURNS app_public.sessions
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  new_user_id uuid;
begin
  -- The account of the session that this one replaces.
  perform app_private.lock_accounts(app_public.current_user_id());
  perform app_private.assert_password_is_acceptable(password, 'password');

  insert into app_public.users (username, name)
  values (trim(register.username), nullif(trim(register.name), ''))
  returning id into new_user_id;

  insert into app_public.user_accounts (user_id) values (new_user_id);
  insert into app_private.user_secrets (user_id, password_hash)
  values (new_user_id, app_private.hash_password(register.password));
  insert into app_public.user_emails (user_id, email, is_primary)
  values (new_user_id, trim(register.email), true);
  perform app_private.record_event('registered', new_user_id);

  return app_private.create_session(new_user_id, 'cookie');
end;
$function$;
grant execute on function app_public.register(text, text, text, text) to anonymous;
grant execute on function app_public.register(text, text, text, text) to webuser;
comment on function app_public.register(text, text, text, text) is 'Creates an account and logs in as it. The rest of the operation already runs as the new user. Errors: WEAK_PASSWORD, NOT_UNIQUE (username), INVALID_INPUT.';

CREATE OR REPLACE FUNCTION app_public.reinstate_user(user_id uuid)
 RETURNS app_public.user_accounts
 LANGUAGE plpgsql
 STRICT SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  account app_public.user_accounts;
begin
  perform app_private.lock_accounts(reinstate_user.user_id, app_public.current_user_id());
  perform app_private.assert_administrator();
  update app_public.user_accounts set suspended_at = null, suspension_reason = null
  where user_accounts.user_id = reinstate_user.user_id
  returning * into account;
  if not found then
    raise exception 'There is no such user.' using errcode = 'RG000', hint = 'NOT_FOUND';
  end if;
  perform app_private.record_event('reinstated', account.user_id);
  perform app_private.notify_user(account.user_id, 'account_reinstated');
  return account;
end;
$function$;
grant execute on function app_public.reinstate_user(uuid) to webadmin;
comment on function app_public.reinstate_user(uuid) is 'Lets a suspended account be used again. For administrators. Errors: FORBIDDEN, NOT_FOUND.';

CREATE OR REPLACE FUNCTION app_public.request_account_deletion(password text)
 RETURNS boolean
 LANGUAGE plpgsql
 STRICT SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if not app_private.check_current_password(request_account_deletion.password) then
    return null;
  end if;
  perform app_private.assert_other_administrator(app_public.current_user_id());
  perform app_private.record_event('account_deletion_requested', app_public.current_user_id());
  perform graphile_worker.add_job(
    'send_account_deletion',
    json_build_object('userId', app_public.current_user_id(), 'requestedAt', clock_timestamp()),
    job_key => 'send_account_deletion:' || app_public.current_user_id()
  );
  return true;
end;
$function$;
grant execute on function app_public.request_account_deletion(text) to webuser;
comment on function app_public.request_account_deletion(text) is 'Sends a mail with which the account can be deleted within the hour. Errors: INVALID_CREDENTIALS, TOO_MANY_ATTEMPTS, LAST_ADMINISTRATOR.';

CREATE OR REPLACE FUNCTION app_public.resend_email_verification(email_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STRICT SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select graphile_worker.add_job(
    'send_email_verification',
    json_build_object('emailId', id, 'requestedAt', clock_timestamp()),
    job_key => 'send_email_verification:' || id
  )
  from app_public.user_emails
  where id = resend_email_verification.email_id
    and user_id = app_public.current_user_id()
    and not is_verified;
  select true;
$function$;
grant execute on function app_public.resend_email_verification(uuid) to webuser;
comment on function app_public.resend_email_verification(uuid) is 'Sends the verification mail of an address of the current user again. Answers alike for any id.';

CREATE OR REPLACE FUNCTION app_public.reset_password(token text, new_password text)
 RETURNS boolean
 LANGUAGE plpgsql
 STRICT SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  owner_id uuid;
  used app_private.one_time_tokens;
begin
  perform app_private.assert_password_is_acceptable(new_password, 'newPassword');

  owner_id := app_private.find_token_owner('password_reset', reset_password.token);
  perform app_private.clear_login_attempts_of_user(owner_id);
  perform app_private.lock_accounts(owner_id);
  used := app_private.use_one_time_token('password_reset', token);

  -- An account that came from elsewhere may never have had a password.
  insert into app_private.user_secrets (user_id, password_hash)
  values (used.user_id, app_private.hash_password(new_password))
  on conflict (user_id) do update set password_hash = excluded.password_hash, password_changed_at = now();

  perform app_private.mark_email_verified(used.email_id);
  delete from app_public.sessions where user_id = used.user_id;
  perform app_private.end_one_time_tokens(used.user_id);

  perform app_private.record_event('password_reset', used.user_id);
  perform app_private.notify_user(used.user_id, 'password_reset');
  return true;
end;
$function$;
grant execute on function app_public.reset_password(text, text) to anonymous;
grant execute on function app_public.reset_password(text, text) to webuser;
comment on function app_public.reset_password(text, text) is 'Sets a new password with the token of a mail, and ends every session and every other mailed token of the account. Errors: INVALID_TOKEN, WEAK_PASSWORD.';

CREATE OR REPLACE FUNCTION app_public.set_user_role(user_id uuid, role app_public.user_role)
 RETURNS app_public.user_accounts
 LANGUAGE plpgsql
 STRICT SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  account app_public.user_accounts;
begin
  perform app_private.assert_administrator();
  perform app_private.lock_accounts_and_administrators(set_user_role.user_id, app_public.current_user_id());
  -- A stolen session must not be able to make its thief an administrator.
  perform app_private.assert_recently_authenticated();
  if set_user_role.role <> 'administrator' then
    perform app_private.assert_other_administrator(set_user_role.user_id);
  end if;
  -- Again: it may have changed before the lock.
  perform app_private.assert_administrator();

  update app_public.user_accounts set role = set_user_role.role
  where user_accounts.user_id = set_user_role.user_id
  returning * into account;
  if not found then
    raise exception 'There is no such user.' using errcode = 'RG000', hint = 'NOT_FOUND';
  end if;
  perform app_private.record_event('role_changed', account.user_id, jsonb_build_object('role', account.role));
  perform app_private.notify_user(account.user_id, 'role_changed', jsonb_build_object('role', account.role));
  return account;
end;
$function$;
grant execute on function app_public.set_user_role(uuid, app_public.user_role) to webadmin;
comment on function app_public.set_user_role(uuid, app_public.user_role) is 'Changes what a user may do, from their next request on. For administrators. Errors: FORBIDDEN, REAUTHENTICATION_REQUIRED, NOT_FOUND, LAST_ADMINISTRATOR.';

CREATE OR REPLACE FUNCTION app_public.suspend_user(user_id uuid, reason text)
 RETURNS app_public.user_accounts
 LANGUAGE plpgsql
 STRICT SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  account app_public.user_accounts;
begin
  perform app_private.assert_administrator();
  perform app_private.lock_accounts_and_administrators(suspend_user.user_id, app_public.current_user_id());
  perform app_private.assert_other_administrator(suspend_user.user_id);
  -- Again: it may have changed before the lock.
  perform app_private.assert_administrator();

  update app_public.user_accounts
  set suspended_at = coalesce(suspended_at, now()), suspension_reason = suspend_user.reason
  where user_accounts.user_id = suspend_user.user_id
  returning * into account;
  if not found then
    raise exception 'There is no such user.' using errcode = 'RG000', hint = 'NOT_FOUND';
  end if;

  delete from app_public.sessions where sessions.user_id = account.user_id;
  perform app_private.record_event('suspended', account.user_id, jsonb_build_object('reason', reason));
  perform app_private.notify_user(account.user_id, 'account_suspended', jsonb_build_object('reason', reason));
  return account;
end;
$function$;
grant execute on function app_public.suspend_user(uuid, text) to webadmin;
comment on function app_public.suspend_user(uuid, text) is 'Ends every session of an account and refuses logins to it. For administrators. Errors: FORBIDDEN, NOT_FOUND, LAST_ADMINISTRATOR.';

CREATE OR REPLACE FUNCTION app_public.user_by_username(username text)
 RETURNS app_public.users
 LANGUAGE sql
 STABLE PARALLEL SAFE STRICT
AS $function$
  select users from app_public.users
  where app_hidden.identity_key(users.username) = app_hidden.identity_key(user_by_username.username);
$function$;
grant execute on function app_public.user_by_username(text) to anonymous;
grant execute on function app_public.user_by_username(text) to webuser;
comment on function app_public.user_by_username(text) is 'Get a single `User`, whatever the case in which the name is written.';

CREATE OR REPLACE FUNCTION app_public.verify_email(token text)
 RETURNS boolean
 LANGUAGE plpgsql
 STRICT SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  used app_private.one_time_tokens;
begin
  perform app_private.lock_accounts(app_public.current_user_id());
  perform app_private.assert_session_is_live();
  used := app_private.use_one_time_token('email_verification', token);
  if used.user_id is distinct from app_public.current_user_id() then
    raise exception 'Log in as the account that the mail names, then open the link again.'
      using errcode = 'RG000', hint = 'INVALID_TOKEN';
  end if;
  perform app_private.mark_email_verified(used.email_id);
  -- From now on only a verified address resets the password; what was mailed to others before could still do so.
  delete from app_private.one_time_tokens
  where one_time_tokens.user_id = used.user_id
    and one_time_tokens.purpose = 'password_reset'
    and one_time_tokens.email_id in (select id from app_public.user_emails where user_id = used.user_id and not is_verified);
  return true;
end;
$function$;
grant execute on function app_public.verify_email(text) to webuser;
comment on function app_public.verify_email(text) is 'Proves an address of the current user with the token of a mail. Errors: INVALID_TOKEN.';

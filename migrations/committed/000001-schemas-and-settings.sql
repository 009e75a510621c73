--! Previous: -
--! Hash: sha1:83852ba4c13b46455d1130826c10c98e287923f2
--! Message: schemas and settings

-- Three schemas, three promises. app_public is the API: what a role can reach here, GraphQL shows. app_hidden is
-- for policies and defaults: callable, not shown. app_private holds secrets and machinery: the three web roles
-- have no way in.
create extension if not exists citext with schema public;
create extension if not exists pgcrypto with schema public;

create schema app_public;
create schema app_hidden;
create schema app_private;
comment on schema app_public is 'The API: tables and functions that GraphQL exposes to whoever may reach them.';
comment on schema app_hidden is 'Helpers of policies and defaults; callable by the web roles, absent from the API.';
comment on schema app_private is 'Secrets and machinery; the web roles have no access at all.';

-- Nothing is reachable unless a line below or in a later migration says so. Functions are executable by public
-- by default, which would expose every new one: revoked here once, granted by name ever after.
revoke all on schema public from public;
grant usage on schema public to public;
alter default privileges revoke all on sequences from public;
alter default privileges revoke all on functions from public;
grant usage on schema app_public, app_hidden to anonymous, webuser;
-- The server introspects as `authenticator`, and calls what a request needs before it has a role.
grant usage on schema app_public, app_hidden, app_private to authenticator;

-- One row, written from the environment by the owner at every start and migration, so that SQL can enforce what
-- the operator has set. No policy and no grant: only definer functions read it.
create table app_private.settings (
  singleton boolean primary key default true,
  session_idle interval not null default interval '3 days',
  session_absolute interval not null default interval '30 days',
  bcrypt_cost integer not null default 12,
  throttle_key bytea not null default public.gen_random_bytes(32),
  token_key bytea not null default public.gen_random_bytes(32),
  refresh_token_lifetime interval not null default interval '30 days',
  token_absolute interval not null default interval '90 days',
  audit_retention interval not null default interval '400 days',
  constraint settings_singleton_check check (singleton),
  constraint settings_session_idle_check check (session_idle > interval '0'),
  constraint settings_session_absolute_check check (session_absolute >= session_idle),
  -- OWASP Password Storage asks for 10 at least; 15 already takes two seconds.
  constraint settings_bcrypt_cost_check check (bcrypt_cost between 4 and 15)
);
alter table app_private.settings enable row level security;
insert into app_private.settings default values;
comment on table app_private.settings is 'The limits that SQL enforces; exactly one row.';
comment on column app_private.settings.token_key is 'From which the successors of refresh tokens are derived; made here, never shown.';
comment on column app_private.settings.refresh_token_lifetime is 'How long a refresh token waits to be used; sliding.';
comment on column app_private.settings.token_absolute is 'When a token pair ends, however often it was refreshed.';
comment on column app_private.settings.audit_retention is 'How long audit events are kept; the operator may change it here.';
comment on column app_private.settings.throttle_key is 'Keys the HMAC under which failed logins are counted; made here, never shown.';

--! Included functions/request_metadata.sql
create or replace function app_hidden.request_metadata(key text) returns text
language sql stable parallel safe
as $$
  select nullif(pg_catalog.current_setting('app.request', true), '')::json ->> key;
$$;
comment on function app_hidden.request_metadata(text) is
  'What the server knows of the request beside its session: `address`, `client` (user agent), `id`. Information, never authority.';
--! EndIncluded functions/request_metadata.sql
grant execute on function app_hidden.request_metadata(text) to anonymous, webuser;

--! Included functions/tg__timestamps.sql
create or replace function app_private.tg__timestamps() returns trigger
language plpgsql volatile set search_path from current
as $$
begin
  new.created_at := case tg_op when 'INSERT' then now() else old.created_at end;
  -- Strictly later than before, so that a client can order two changes made in one transaction's instant.
  new.updated_at := case tg_op
    when 'INSERT' then now()
    else greatest(now(), old.updated_at + interval '1 millisecond')
  end;
  return new;
end;
$$;
comment on function app_private.tg__timestamps() is
  'Keeps created_at and updated_at true whatever the statement says; attach it as _100_timestamps.';
--! EndIncluded functions/tg__timestamps.sql

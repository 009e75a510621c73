--! Previous: sha1:83852ba4c13b46455d1130826c10c98e287923f2
--! Hash: sha1:1596d0eb7349f19986f1633b95604cb20bf52bcc
--! Message: users

-- A user is four tables, each a permission boundary: what everybody who is logged in sees (users), what only the
-- account's owner and administrators see (user_accounts, user_emails), and what nobody sees (user_secrets).
-- Splitting one-to-one is why `grant select` never has to list columns.
create type app_public.user_role as enum ('user', 'administrator');
comment on type app_public.user_role is 'What an account may do; the database turns it into a Postgres role.';

create table app_public.users (
  id uuid primary key default gen_random_uuid(),
  username public.citext not null,
  name text,
  avatar_url text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint users_username_key unique (username),
  -- No @, so that a login name is either a user name or an e-mail; ASCII, so that no two look the same.
  constraint users_username_check check (username ~ '^[a-z][a-z0-9_-]{1,31}$'),
  constraint users_name_check check (char_length(name) <= 100),
  constraint users_avatar_url_check check (avatar_url ~ '^https?://[^\s/]+\S*$' and char_length(avatar_url) <= 2048)
);
alter table app_public.users enable row level security;
create trigger _100_timestamps before insert or update on app_public.users
  for each row execute function app_private.tg__timestamps();

--! Included functions/current_user_id.sql
-- Plain `language sql stable` over a setting, so that the planner inlines it into policies: one comparison
-- with a constant, and an index on the owner column is used. The setting is written by the request's prologue
-- (resolve_session) and lasts for the transaction.
create or replace function app_public.current_user_id() returns uuid
language sql stable parallel safe
as $$
  select nullif(pg_catalog.current_setting('app.user_id', true), '')::uuid;
$$;
comment on function app_public.current_user_id() is
  'The id of the user this request runs as; null without a session. Use it in your own policies.';
--! EndIncluded functions/current_user_id.sql
grant execute on function app_public.current_user_id() to anonymous, webuser;

create policy select_all on app_public.users for select to webuser using (true);
create policy update_own on app_public.users for update to webuser
  using (id = (select app_public.current_user_id()))
  with check (id = (select app_public.current_user_id()));
-- anonymous has the grant, so that `currentUser` answers null and not an error, but no policy: it sees no row.
grant select on app_public.users to anonymous, webuser;
grant update (username, name, avatar_url) on app_public.users to webuser;
-- insert is not granted: accounts are made by register. delete is not granted: it goes through a confirmed request.
comment on table app_public.users is 'The public profile of an account.';
comment on column app_public.users.username is 'Unique, 2 to 32 letters, digits, `_` or `-`, first a letter; case is kept but not told apart.';
comment on column app_public.users.name is 'The name to show, as the user writes it.';
comment on column app_public.users.avatar_url is 'An http(s) address of a picture.';

create table app_public.user_accounts (
  user_id uuid primary key references app_public.users on delete cascade,
  role app_public.user_role not null default 'user',
  suspended_at timestamptz,
  suspension_reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_accounts_suspension_reason_check check (char_length(suspension_reason) <= 1000)
);
alter table app_public.user_accounts enable row level security;
create trigger _100_timestamps before insert or update on app_public.user_accounts
  for each row execute function app_private.tg__timestamps();
create policy select_own on app_public.user_accounts for select to webuser
  using (user_id = (select app_public.current_user_id()));
grant select on app_public.user_accounts to webuser;
-- Nothing else is granted: role and suspension change through functions of administrators only.
comment on table app_public.user_accounts is 'What only the owner of an account and administrators see of it.';
comment on column app_public.user_accounts.suspended_at is 'Since when the account may not be used; null when it may.';

create table app_private.user_secrets (
  user_id uuid primary key references app_public.users on delete cascade,
  password_hash text not null,
  password_changed_at timestamptz not null default now()
);
-- No policy, no grant: definer functions only.
alter table app_private.user_secrets enable row level security;
comment on table app_private.user_secrets is 'What nobody sees of an account.';

create table app_public.user_emails (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default app_public.current_user_id() references app_public.users on delete cascade,
  email public.citext not null,
  is_verified boolean not null default false,
  is_primary boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_emails_user_id_email_key unique (user_id, email),
  -- One @ with something on both sides and no white space; whether it works, only a mail can tell. 254: RFC 5321.
  constraint user_emails_email_check check (email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$' and octet_length(email::text) <= 254)
);
-- An address belongs to the account that has proved it; merely claiming it keeps nobody else from it.
create unique index user_emails_verified_email_key on app_public.user_emails (email) where is_verified;
create unique index user_emails_primary_key on app_public.user_emails (user_id) where is_primary;
create index user_emails_email_idx on app_public.user_emails (email);
alter table app_public.user_emails enable row level security;
create trigger _100_timestamps before insert or update on app_public.user_emails
  for each row execute function app_private.tg__timestamps();
create policy select_own on app_public.user_emails for select to webuser
  using (user_id = (select app_public.current_user_id()));
grant select on app_public.user_emails to webuser;
comment on table app_public.user_emails is 'The e-mail addresses an account claims or has verified.';
comment on column app_public.user_emails.is_primary is 'Where mail to the account goes; at most one for each account.';

--! Included functions/current_user.sql
create or replace function app_public.current_user() returns app_public.users
language sql stable parallel safe
as $$
  select users from app_public.users where id = app_public.current_user_id();
$$;
comment on function app_public.current_user() is 'The user who is logged in; null without a session.';
--! EndIncluded functions/current_user.sql
grant execute on function app_public.current_user() to anonymous, webuser;

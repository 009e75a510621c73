-- What the benchmark adds to the migrated database: one table of a team's own, as docs and conventions would have it,
-- and the tables that other contestants keep their sessions in. Run as the owner of the schema.
set search_path to pg_catalog, public, pg_temp;

create table app_public.posts (
  id uuid primary key default gen_random_uuid(),
  author_id uuid not null default app_public.current_user_id() references app_public.users on delete cascade,
  title text not null,
  body text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint posts_title_check check (char_length(title) <= 200)
);
-- Starts with the foreign key, and gives an author's newest posts in their order.
create index posts_author_id_created_at_idx on app_public.posts (author_id, created_at desc);
alter table app_public.posts enable row level security;
create trigger _100_timestamps before insert or update on app_public.posts
  for each row execute function app_private.tg__timestamps();
create policy select_own on app_public.posts for select to webuser
  using (author_id = (select app_public.current_user_id()));
create policy update_own on app_public.posts for update to webuser
  using (author_id = (select app_public.current_user_id()))
  with check (author_id = (select app_public.current_user_id()));
grant select on app_public.posts to webuser;
grant update (title, body) on app_public.posts to webuser;
-- insert and delete are not granted, because nothing here needs them.
comment on table app_public.posts is 'What a user has written; nobody else sees it.';

-- The table that connect-pg-simple asks for, in a schema of its own so that GraphQL does not show it.
create schema express_session;
grant usage on schema express_session to authenticator;
create table express_session.session (
  sid varchar primary key,
  sess json not null,
  expire timestamp(6) not null
);
create index session_expire_idx on express_session.session (expire);
alter table express_session.session enable row level security;
create policy all_as_store on express_session.session for all to authenticator using (true) with check (true);
grant select, delete on express_session.session to authenticator;
grant insert (sid, sess, expire), update (sess, expire) on express_session.session to authenticator;

-- better-auth makes its own tables here.
create schema better_auth;

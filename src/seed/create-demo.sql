-- An example of what a team builds here: boards, which are public or one's own, with posts and comments. In app_public,
-- because that is what GraphQL shows; the names begin with demo_, so that `npm run seed -- --remove` can tell them.
create table app_public.demo_boards (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default app_public.current_user_id() references app_public.users on delete cascade,
  title text not null,
  is_public boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint demo_boards_title_check check (char_length(title) between 1 and 200)
);
create index on app_public.demo_boards (user_id);
create index on app_public.demo_boards (is_public);
alter table app_public.demo_boards enable row level security;
create trigger _100_timestamps before insert or update on app_public.demo_boards
  for each row execute function app_private.tg__timestamps();
create policy select_own on app_public.demo_boards for select to webuser
  using (user_id = (select app_public.current_user_id()));
create policy select_public on app_public.demo_boards for select to webuser using (is_public);
create policy insert_own on app_public.demo_boards for insert to webuser
  with check (user_id = (select app_public.current_user_id()));
create policy update_own on app_public.demo_boards for update to webuser
  using (user_id = (select app_public.current_user_id()))
  with check (user_id = (select app_public.current_user_id()));
create policy delete_own on app_public.demo_boards for delete to webuser
  using (user_id = (select app_public.current_user_id()));
grant select, delete on app_public.demo_boards to webuser;
grant insert (title, is_public), update (title, is_public) on app_public.demo_boards to webuser;
comment on table app_public.demo_boards is 'Example: where posts are collected; public, or its owner''s alone.';

create table app_public.demo_posts (
  id uuid primary key default gen_random_uuid(),
  board_id uuid not null references app_public.demo_boards on delete cascade,
  user_id uuid not null default app_public.current_user_id() references app_public.users on delete cascade,
  title text not null,
  body text not null default '',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint demo_posts_title_check check (char_length(title) between 1 and 200),
  constraint demo_posts_body_check check (char_length(body) <= 10000)
);
create index on app_public.demo_posts (board_id);
create index on app_public.demo_posts (user_id);
alter table app_public.demo_posts enable row level security;
create trigger _100_timestamps before insert or update on app_public.demo_posts
  for each row execute function app_private.tg__timestamps();
-- The boards that are asked here are those that their own policies show.
create policy select_on_visible_board on app_public.demo_posts for select to webuser
  using (board_id in (select id from app_public.demo_boards));
create policy insert_own on app_public.demo_posts for insert to webuser
  with check (
    user_id = (select app_public.current_user_id())
    and board_id in (select id from app_public.demo_boards)
  );
create policy update_own on app_public.demo_posts for update to webuser
  using (user_id = (select app_public.current_user_id()))
  with check (user_id = (select app_public.current_user_id()));
create policy delete_own on app_public.demo_posts for delete to webuser
  using (user_id = (select app_public.current_user_id()));
grant select, delete on app_public.demo_posts to webuser;
grant insert (board_id, title, body), update (title, body) on app_public.demo_posts to webuser;
comment on table app_public.demo_posts is 'Example: what somebody wrote on a board.';

create table app_public.demo_comments (
  id uuid primary key default gen_random_uuid(),
  post_id uuid not null references app_public.demo_posts on delete cascade,
  user_id uuid not null default app_public.current_user_id() references app_public.users on delete cascade,
  body text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint demo_comments_body_check check (char_length(body) between 1 and 2000)
);
create index on app_public.demo_comments (post_id);
create index on app_public.demo_comments (user_id);
alter table app_public.demo_comments enable row level security;
create trigger _100_timestamps before insert or update on app_public.demo_comments
  for each row execute function app_private.tg__timestamps();
create policy select_on_visible_post on app_public.demo_comments for select to webuser
  using (post_id in (select id from app_public.demo_posts));
create policy insert_own on app_public.demo_comments for insert to webuser
  with check (
    user_id = (select app_public.current_user_id())
    and post_id in (select id from app_public.demo_posts)
  );
create policy delete_own on app_public.demo_comments for delete to webuser
  using (user_id = (select app_public.current_user_id()));
-- update is not granted: a comment is deleted and written anew.
grant select, delete on app_public.demo_comments to webuser;
grant insert (post_id, body) on app_public.demo_comments to webuser;
comment on table app_public.demo_comments is 'Example: what others say of a post.';

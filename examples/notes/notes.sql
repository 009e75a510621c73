-- The table of the example. As current.sql it is run at every save, so it begins by taking itself back.
drop table if exists app_public.notes;

create table app_public.notes (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default app_public.current_user_id() references app_public.users on delete cascade,
  body text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint notes_body_check check (body ~ '\S' and char_length(body) <= 2000)
);
create index notes_user_id_idx on app_public.notes (user_id);
-- So that the API can order by it.
create index notes_created_at_idx on app_public.notes (created_at);
alter table app_public.notes enable row level security;
create trigger _100_timestamps before insert or update on app_public.notes
  for each row execute function app_private.tg__timestamps();

create policy select_own on app_public.notes for select to webuser
  using (user_id = (select app_public.current_user_id()));
create policy insert_own on app_public.notes for insert to webuser
  with check (user_id = (select app_public.current_user_id()));
create policy update_own on app_public.notes for update to webuser
  using (user_id = (select app_public.current_user_id()))
  with check (user_id = (select app_public.current_user_id()));
create policy delete_own on app_public.notes for delete to webuser
  using (user_id = (select app_public.current_user_id()));
-- The owner is not the client's to write: it is whoever asks.
grant select, delete on app_public.notes to webuser;
grant insert (body), update (body) on app_public.notes to webuser;
comment on table app_public.notes is 'What a user writes down. Nobody else sees it, administrators neither.';
comment on column app_public.notes.body is 'At most 2,000 characters, and not only white space.';

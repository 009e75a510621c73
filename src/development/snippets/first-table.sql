drop table if exists app_public.notes;
create table app_public.notes (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default app_public.current_user_id() references app_public.users on delete cascade,
  body text not null,
  constraint notes_body_check check (char_length(body) between 1 and 10000)
);
create index notes_user_id_idx on app_public.notes (user_id);
alter table app_public.notes enable row level security;

create policy manage_own on app_public.notes to webuser
  using (user_id = (select app_public.current_user_id()));
grant select, insert (body), update (body), delete on app_public.notes to webuser;
comment on table app_public.notes is 'What a user writes down; nobody else sees it.';

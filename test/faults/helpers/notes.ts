/** A table of an application: what its users acknowledgedly write is looked for after a fault. */
export const NOTES = `
  create table app_public.rowgate_test_notes (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null default app_public.current_user_id() references app_public.users on delete cascade,
    body text not null
  );
  create index on app_public.rowgate_test_notes (user_id);
  alter table app_public.rowgate_test_notes enable row level security;
  create policy all_own on app_public.rowgate_test_notes for all to webuser
    using (user_id = (select app_public.current_user_id()))
    with check (user_id = (select app_public.current_user_id()));
  grant select, delete on app_public.rowgate_test_notes to webuser;
  grant insert (body), update (body) on app_public.rowgate_test_notes to webuser;`;

export const CREATE_NOTE =
  'mutation Create($body: String!) { createNote: createRowgateTestNote(input: { rowgateTestNote: { body: $body } }) { note: rowgateTestNote { body } } }';

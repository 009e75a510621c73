import type { NewColumn } from './columns.ts';

/** Characters. Without a limit, one row may be as large as a request. */
export const LONGEST_TEXT = 10_000;

/** A table whose rows are their user's, as migrations/README.md wants it: for current.sql, safe to run twice. */
export function tableSql(name: string, columns: NewColumn[]): string {
  const table = `app_public.${name}`;
  const own = 'user_id = (select app_public.current_user_id())';
  const names = columns.map((column) => column.name).join(', ');
  const definitions = [
    'id uuid primary key default gen_random_uuid()',
    'user_id uuid not null default app_public.current_user_id() references app_public.users on delete cascade',
    ...columns.map((column) => `${column.name} ${column.type}${column.isRequired ? ' not null' : ''}`),
    'created_at timestamptz not null default now()',
    'updated_at timestamptz not null default now()',
    ...columns.flatMap((column) => (column.type === 'text' ? [lengthCheck(name, column)] : [])),
  ];
  return `-- Until it is committed, each save makes the table anew, without its rows.
drop table if exists ${table} cascade;
create table ${table} (
  ${definitions.join(',\n  ')}
);
create index ${name}_user_id_idx on ${table} (user_id);
create trigger _100_timestamps before insert or update on ${table}
  for each row execute function app_private.tg__timestamps();
alter table ${table} enable row level security;

create policy select_own on ${table} for select to webuser
  using (${own});
create policy insert_own on ${table} for insert to webuser
  with check (${own});
create policy update_own on ${table} for update to webuser
  using (${own})
  with check (${own});
create policy delete_own on ${table} for delete to webuser
  using (${own});
grant select, delete on ${table} to webuser;
-- Neither the key nor the user nor the times: those are the database's to say.
grant insert (${names}), update (${names}) on ${table} to webuser;
comment on table ${table} is 'The ${name.replaceAll('_', ' ')} of a user. Nobody else sees or changes them.';
`;
}

const lengthCheck = (table: string, { name, isRequired }: NewColumn) =>
  `constraint ${table}_${name}_check check (char_length(${name}) ${isRequired ? 'between 1 and' : '<='} ${LONGEST_TEXT})`;

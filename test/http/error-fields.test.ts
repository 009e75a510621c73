import { beforeAll, describe, expect, it } from '@jest/globals';
import type { HttpClient } from '../helpers/http-client.ts';
import { useServer } from '../helpers/server.ts';
import { useLog } from '../helpers/use-log.ts';

const open = (...tables: string[]) =>
  tables
    .map(
      (table) => `
  alter table app_public.${table} enable row level security;
  create policy all_users on app_public.${table} for all to webuser using (true) with check (true);
  grant select, insert, update, delete on app_public.${table} to webuser;`,
    )
    .join('');

const SCHEMA = `
  create table app_public.field_shelves (id int primary key, label text);
  create table app_public.field_books (
    id int primary key,
    owner_id uuid not null default app_public.current_user_id(),
    shelf_id int references app_public.field_shelves on delete no action,
    isbn_13 text,
    title text not null default '',
    starts_on date, ends_on date,
    slot int,
    during int4range,
    secret text,
    constraint isbn unique (owner_id, isbn_13) include (slot),
    constraint field_books_dates_check check (starts_on < ends_on),
    constraint odd_name check (title <> 'forbidden'),
    constraint field_books_secret_check check (secret <> 'canary'),
    constraint no_overlap exclude using gist (during with &&),
    constraint field_books_slot_check check (slot between 1 and 9));
  create index on app_public.field_books (shelf_id);
  create unique index field_books_lower_title_key on app_public.field_books (lower(title)) where title <> '';
  comment on column app_public.field_books.isbn_13 is '@name isbn';
  ${open('field_shelves', 'field_books')}
  revoke insert, update on app_public.field_books from webuser;
  grant insert (id, shelf_id, isbn_13, title, starts_on, ends_on, slot, during),
    update (shelf_id, isbn_13, title, starts_on, ends_on, slot, during) on app_public.field_books to webuser;

  -- The trigger writes a column that clients cannot.
  create function app_private.tg_field_books__secret() returns trigger language plpgsql as
    $$ begin new.secret := 'canary'; return new; end $$;
  create trigger _500_secret before insert on app_public.field_books for each row when (new.id = 666)
    execute function app_private.tg_field_books__secret();
  -- And another table, with a column of the same name.
  create table app_private.field_archive (title text unique);
  insert into app_private.field_archive values ('archived');
  create function app_private.tg_field_books__archive() returns trigger language plpgsql security definer as
    $$ begin insert into app_private.field_archive values (new.title); return null; end $$;
  create trigger _600_archive after insert on app_public.field_books for each row when (new.title = 'archived')
    execute function app_private.tg_field_books__archive();

  create table app_public.field_events (id int not null, at date not null, name text not null,
    constraint field_events_pkey primary key (id, at), constraint named check (name <> '')) partition by range (at);
  create table app_public.field_events_2026 partition of app_public.field_events
    for values from ('2026-01-01') to ('2027-01-01');
  comment on table app_public.field_events_2026 is '@omit';
  ${open('field_events')}

  create function app_public.field_add_book(book_id int, isbn_13 text, slot int) returns int language sql volatile as
    $$ insert into app_public.field_books (id, isbn_13, slot) values (book_id, isbn_13, slot) returning id $$;
  create function app_public.field_shelve(shelf_id int) returns int language sql volatile as
    $$ insert into app_public.field_books (id, slot, shelf_id) values (90, 99, shelf_id) returning id $$;
  create function app_public.field_say(own_column text) returns int language plpgsql volatile as
    $$ begin raise exception 'No.' using errcode = 'RG000', hint = 'INVALID_INPUT', column = own_column; end $$;
  grant execute on function app_public.field_add_book, app_public.field_shelve, app_public.field_say to webuser;

  insert into app_public.field_shelves values (1, 'one');
  insert into app_public.field_books (id, owner_id, shelf_id, title, during)
    values (1, gen_random_uuid(), 1, 'Taken', '[1,5)');
`;
const create = (values: string) =>
  `createFieldBook(input: { fieldBook: { ${values} } }) { clientMutationId }`;
const update = (patch: string) =>
  `updateFieldBook(input: { rowId: 10, patch: { ${patch} } }) { clientMutationId }`;
const event = (values: string) =>
  `createFieldEvent(input: { fieldEvent: { ${values} } }) { clientMutationId }`;

describe('the field of an error', () => {
  const log = useLog();
  const server = useServer({ LOG_LEVEL: 'info' }, { sqlAsOwner: SCHEMA, logTo: log.destination });
  let client: HttpClient;
  beforeAll(async () => {
    client = server.client();
    await client.register();
    await client.graphql(`mutation { ${create('rowId: 10, isbn: "10"')} }`);
    await client.graphql(`mutation { ${event('rowId: 1, at: "2026-02-03", name: "x"')} }`);
  });

  it.each([
    ['a primary key', create('rowId: 1'), 'NOT_UNIQUE', 'rowId'],
    [
      'a renamed column, in a key with one that clients cannot write',
      create('rowId: 2, isbn: "10", slot: 2'),
      'NOT_UNIQUE',
      'isbn',
    ],
    ['an index on an expression', create('rowId: 2, title: "TAKEN"'), 'NOT_UNIQUE', 'title'],
    [
      'an exclusion constraint of any name',
      create('rowId: 2, during: { start: { value: 2, inclusive: true } }'),
      'NOT_UNIQUE',
      'during',
    ],
    ['a check of any name', create('rowId: 2, title: "forbidden"'), 'INVALID_INPUT', 'title'],
    [
      'a check of two columns',
      create('rowId: 2, startsOn: "2026-02-02", endsOn: "2026-01-01"'),
      'INVALID_INPUT',
      'endsOn',
    ],
    ['a foreign key', create('rowId: 2, shelfId: 5'), 'INVALID_INPUT', 'shelfId'],
    ['a patch', update('slot: 10'), 'INVALID_INPUT', 'slot'],
    ['null', update('title: null'), 'INVALID_INPUT', 'title'],
    ['a partition', event('rowId: 1, at: "2026-02-03", name: "x"'), 'NOT_UNIQUE', 'at'],
    ['a check of a partition', event('rowId: 1, at: "2026-02-03", name: ""'), 'INVALID_INPUT', 'name'],
    [
      'the argument of a function',
      'fieldAddBook(input: { bookId: 2, isbn13: "1", slot: 10 }) { result }',
      'INVALID_INPUT',
      'slot',
    ],
    [
      'a name that the author of a function gives',
      'fieldSay(input: { ownColumn: "own_column" }) { result }',
      'INVALID_INPUT',
      'ownColumn',
    ],
  ])('can be found for %s', async (_, field, code, expected) => {
    const { errors } = await client.graphql(`mutation { ${field} }`);
    expect(errors?.[0]?.extensions).toMatchObject({ code, field: expected });
    expect(log.entries('unexpected error')).toEqual([]);
  });

  it.each([
    ['a column that only a trigger writes', create('rowId: 666'), 'INVALID_INPUT'],
    [
      'the column of another table, written by a trigger',
      create('rowId: 3, title: "archived"'),
      'NOT_UNIQUE',
    ],
    [
      'the rows that still need the one to be deleted',
      'deleteFieldShelf(input: { rowId: 1 }) { clientMutationId }',
      'INVALID_INPUT',
    ],
    [
      'a column that a function fills by itself',
      'fieldShelve(input: { shelfId: 1 }) { result }',
      'INVALID_INPUT',
    ],
    ['a date without a partition', event('rowId: 1, at: "2031-02-03", name: "x"'), 'INVALID_INPUT'],
    [
      'no input, whatever the author says',
      'fieldSay(input: { ownColumn: "no_such_input" }) { result }',
      'INVALID_INPUT',
    ],
  ])('is left out for %s', async (_, field, code) => {
    const { errors } = await client.graphql(`mutation { ${field} }`);
    expect(errors?.[0]?.extensions).toMatchObject({ code });
    expect(errors?.[0]?.extensions).not.toHaveProperty('field');
  });

  it('is the same under an alias', async () => {
    const { errors } = await client.graphql(`mutation { mine: ${create('rowId: 1')} }`);
    expect(errors).toMatchObject([{ path: ['mine'], extensions: { code: 'NOT_UNIQUE', field: 'rowId' } }]);
  });
});

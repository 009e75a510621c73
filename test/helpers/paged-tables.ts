import { expect } from '@jest/globals';
import type { HttpClient } from './http-client.ts';

const open = (table: string) => `
  alter table app_public.${table} enable row level security;
  create policy select_all on app_public.${table} for select to anonymous using (true);
  grant select on app_public.${table} to anonymous;`;

/** Tables and functions with every kind of key and order. */
export const PAGED_TABLES = `
  create table app_public.chores (id int primary key, assignee int, estimate interval not null, is_done boolean);
  create index on app_public.chores (assignee);
  create index on app_public.chores (estimate);
  create index on app_public.chores (is_done);
  insert into app_public.chores
    select i, case when i % 2 = 0 then i end, make_interval(hours => i), case when i > 3 then true end
    from generate_series(1, 6) i;
  ${open('chores')}

  -- Unique, but nulls are not; a key of two columns; a first column of a key that is not unique alone.
  create table app_public.parcels (
    depot int not null, number int not null, code text unique, slot int not null, shelf int not null,
    primary key (depot, number), unique (slot, shelf)
  );
  create index on app_public.parcels (slot);
  comment on table app_public.parcels is '@behavior +list +connection';
  insert into app_public.parcels
    select n % 3, n, case when n % 4 = 0 then 'code ' || n end, n % 2, n from generate_series(1, 12) n;
  ${open('parcels')}

  -- No key at all, and one that does not tell its rows apart.
  create table app_public.readings (value int, code int unique);
  create index on app_public.readings (value);
  insert into app_public.readings select n / 3, case when n > 8 then n end from generate_series(1, 12) n;
  ${open('readings')}

  -- A parent whose children become part of its query.
  create table app_public.shelves (id int primary key);
  create table app_public.books (
    id int primary key, shelf_id int not null references app_public.shelves on delete cascade, rating int
  );
  create index on app_public.books (shelf_id);
  create index on app_public.books (rating);
  insert into app_public.shelves values (1), (2);
  insert into app_public.books select n, 1 + n % 2, case when n % 3 = 0 then n % 4 end from generate_series(1, 24) n;
  ${open('shelves')}
  ${open('books')}

  create function app_public.books_reverse_rating(book app_public.books) returns int language sql stable
    as $$ select -book.rating $$;
  comment on function app_public.books_reverse_rating is '@behavior +orderBy';
  create function app_public.best_books() returns setof app_public.books language sql stable
    as $$ select * from app_public.books order by rating nulls first, id $$;
  comment on function app_public.best_books is '@behavior +resource:connection:backwards +order';
  grant execute on all functions in schema app_public to anonymous;
`;

/** Common columns of several tables: nullable, of types that are not plain, with ties across tables. */
export const UNION_TABLES = `
  create type app_public.appointment as (id int, place text, starts interval, is_open boolean);
  comment on type app_public.appointment is '@interface mode:union
    @name appointment';
  create table app_public.visits (id int primary key, place text, starts interval, is_open boolean);
  create table app_public.calls (day int, id int, place text, starts interval, is_open boolean, primary key (day, id));
  comment on table app_public.visits is '@implements Appointment';
  comment on table app_public.calls is '@implements Appointment';
  insert into app_public.visits select n, case when n % 3 > 0 then 'place ' || n % 4 end,
    make_interval(hours => n / 3), case when n % 2 = 0 then n % 4 = 0 end from generate_series(1, 11) n;
  insert into app_public.calls select n % 2, n, case when n % 4 > 0 then 'place ' || n % 3 end,
    make_interval(hours => n / 2), case when n % 3 > 0 then true end from generate_series(1, 10) n;
  ${open('visits')}
  ${open('calls')}
`;

export type Given = {
  first?: number;
  last?: number;
  offset?: number;
  after?: string | null;
  before?: string | null;
};

/** What reads the pages of a list. */
export function makePager(client: HttpClient) {
  const QUERY = (list: string, by: string, id: string) => `
    query ($first: Int, $last: Int, $offset: Int, $after: Cursor, $before: Cursor) {
      rows: ${list}(first: $first, last: $last, offset: $offset, after: $after, before: $before${by ? `, orderBy: [${by}]` : ''}) {
        edges { cursor node { ${id} } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        totalCount
      }
    }`;
  async function page(list: string, by: string, given: Given, id = 'rowId') {
    const { data, errors } = await client.graphql(QUERY(list, by, id), given as Record<string, unknown>);
    const edges: { cursor: string; node: Record<string, unknown> }[] = data?.rows?.edges ?? [];
    return {
      ids: edges.map(({ node }) => node[id]),
      edges,
      pageInfo: data?.rows?.pageInfo,
      total: Number(data?.rows?.totalCount),
      errors,
    };
  }
  /** The rows of all pages, one after the other. */
  async function walk(list: string, by: string, first: number, id = 'rowId') {
    const all: unknown[] = [];
    let after: string | null = null;
    for (let turns = 0; turns < 50; turns++) {
      const { ids, pageInfo, total, errors } = await page(list, by, { first, after }, id);
      expect(errors).toBeUndefined();
      all.push(...ids);
      if (!pageInfo.hasNextPage) {
        // Of the whole list, on its last page too.
        expect(total).toBe(all.length);
        return all;
      }
      after = pageInfo.endCursor;
    }
    throw new Error(`${list} by ${by} does not end: ${all}`);
  }
  async function walkBack(list: string, by: string, last: number, id = 'rowId') {
    const all: unknown[] = [];
    let before: string | null = null;
    for (let turns = 0; turns < 50; turns++) {
      const { ids, pageInfo, errors } = await page(list, by, { last, before }, id);
      expect(errors).toBeUndefined();
      all.unshift(...ids);
      if (!pageInfo.hasPreviousPage) return all;
      before = pageInfo.startCursor;
    }
    throw new Error(`${list} by ${by} does not begin: ${all}`);
  }

  return { page, walk, walkBack };
}

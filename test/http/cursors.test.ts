import { beforeAll, describe, expect, it } from '@jest/globals';
import type { HttpClient } from '../helpers/http-client.ts';
import { useServer } from '../helpers/server.ts';

const open = (table: string) => `
  alter table app_public.${table} enable row level security;
  create policy select_all on app_public.${table} for select to anonymous using (true);
  grant select on app_public.${table} to anonymous;`;

const SQL = `
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
const UNION = `
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

type Given = {
  first?: number;
  last?: number;
  offset?: number;
  after?: string | null;
  before?: string | null;
};

describe('cursors', () => {
  const server = useServer({}, { sqlAsOwner: SQL + UNION, recordsWire: true });
  let client: HttpClient;
  beforeAll(() => {
    client = server.client();
  });

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
  const rows = async (query: string) => (await server.sql<{ id: unknown }>(query)).map(({ id }) => id);

  it.each([
    ['ASSIGNEE_ASC', [2, 4, 6, 1, 3, 5]],
    ['ASSIGNEE_DESC', [5, 3, 1, 6, 4, 2]],
    ['ESTIMATE_ASC', [1, 2, 3, 4, 5, 6]],
    ['IS_DONE_DESC', [3, 2, 1, 6, 5, 4]],
  ])('can follow %s where values are null', async (by, ids) => {
    expect(await walk('chores', by, 2)).toEqual(ids);
    expect(await walkBack('chores', by, 2)).toEqual(ids);
  });

  it('can follow an order whose unique column has several nulls', async () => {
    for (const direction of ['asc', 'desc']) {
      const expected = await rows(
        `select number as id from app_public.parcels order by code ${direction}, depot ${direction}, number ${direction}`,
      );
      const by = `CODE_${direction.toUpperCase()}`;
      expect(await walk('parcels', by, 3, 'number')).toEqual(expected);
      expect(await walkBack('parcels', by, 3, 'number')).toEqual(expected);
    }
  });

  it('can follow an order by the first column of a key of several', async () => {
    for (const [by, order] of [
      ['SLOT_ASC', 'slot, depot, number'],
      ['DEPOT_DESC', 'depot desc, number desc'],
      ['PRIMARY_KEY_DESC', 'depot desc, number desc'],
      ['SLOT_DESC, CODE_ASC', 'slot desc, code asc, depot desc, number desc'],
    ] as const) {
      const expected = await rows(`select number as id from app_public.parcels order by ${order}`);
      expect([by, await walk('parcels', by, 3, 'number')]).toEqual([by, expected]);
    }
  });

  it('can page a list without cursors by the first column of a key, ties included', async () => {
    const all: number[] = [];
    server.wire.clear();
    for (let offset = 0; offset < 12; offset += 5) {
      const { data, errors } = await client.graphql(
        'query ($offset: Int) { parcelsList(first: 5, offset: $offset, orderBy: SLOT_DESC) { number } }',
        { offset },
      );
      expect(errors).toBeUndefined();
      all.push(...data.parcelsList.map(({ number }: { number: number }) => number));
    }
    expect(all).toEqual(
      await rows('select number as id from app_public.parcels order by slot desc, depot desc, number desc'),
    );
    const statement = server.wire.statements.find(({ text }) => text.includes('"app_public"."parcels"'));
    expect(statement?.text).toMatch(/"slot" desc,.*"depot" desc,.*"number" desc/);
  });

  it('can follow a computed column', async () => {
    const expected = await rows('select id from app_public.books order by -rating, id');
    expect(await walk('books', 'REVERSE_RATING_ASC', 5)).toEqual(expected);
    expect(await walkBack('books', 'REVERSE_RATING_ASC', 5)).toEqual(expected);
  });

  it('can page the children of a row, each parent’s own', async () => {
    const query = `query ($after: Cursor) { shelves { nodes { rowId books(first: 4, after: $after, orderBy: RATING_DESC) {
      nodes { rowId } pageInfo { hasNextPage endCursor } } } } }`;
    for (const shelf of [0, 1]) {
      const all: number[] = [];
      let after = null;
      do {
        const { data, errors } = await client.graphql(query, { after });
        expect(errors).toBeUndefined();
        const { nodes, pageInfo } = data.shelves.nodes[shelf].books;
        all.push(...nodes.map(({ rowId }: { rowId: number }) => rowId));
        after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
      } while (after);
      expect(all).toEqual(
        await rows(
          `select id from app_public.books where shelf_id = ${shelf + 1} order by rating desc, id desc`,
        ),
      );
    }
  });

  it('can page a function by the numbers of its rows, from both ends', async () => {
    const expected = await rows('select id from app_public.books order by rating nulls first, id');
    expect(await walk('bestBooks', '', 5)).toEqual(expected);
    expect((await page('bestBooks', '', { last: 3 })).ids).toEqual(expected.slice(-3));
    expect(await walkBack('bestBooks', '', 5)).toEqual(expected);
    const { pageInfo } = await page('bestBooks', '', { first: 5 });
    const refused = await page('bestBooks', '', { last: 3, after: pageInfo.endCursor });
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_INPUT', field: 'last' });
  });

  it('can page a table without a key in its own order, and says at once when an order has no cursors', async () => {
    expect((await walk('readings', '', 5, 'value')).sort()).toEqual(
      (await rows('select value as id from app_public.readings')).sort(),
    );
    const refusal = { code: 'INVALID_INPUT', field: 'orderBy' };
    for (const by of ['VALUE_ASC', 'CODE_ASC', 'CODE_DESC, VALUE_ASC']) {
      const first = await page('readings', by, { first: 5 }, 'value');
      expect(first.errors?.[0]?.extensions).toMatchObject(refusal);
      const natural = (await page('readings', '', { first: 5 }, 'value')).pageInfo.endCursor;
      expect(
        (await page('readings', by, { first: 5, after: natural }, 'value')).errors?.[0]?.extensions,
      ).toMatchObject(refusal);
      const { data, errors } = await client.graphql(
        `{ readings(first: 5, offset: 3, orderBy: [${by}]) { nodes { value } pageInfo { hasNextPage } } }`,
      );
      expect([errors, data.readings.nodes.length]).toEqual([undefined, 5]);
    }
  });

  it('can page several tables as one', async () => {
    const read = async (args: string) => {
      const { data, errors } = await client.graphql(
        `{ appointments(${args}) { nodes { __typename rowId } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
      );
      expect([args, errors]).toEqual([args, undefined]);
      const ids = data.appointments.nodes.map(
        ({ __typename, rowId }: { __typename: string; rowId: number }) => `${__typename} ${rowId}`,
      );
      return { ids, ...data.appointments.pageInfo };
    };
    for (const [by, order] of [
      ['', ''],
      ['orderBy: [PLACE_ASC], ', 'place,'],
      ['orderBy: [PLACE_DESC, IS_OPEN_ASC], ', 'place desc, is_open,'],
      ['orderBy: [IS_OPEN_DESC], ', 'is_open desc,'],
      ['orderBy: [STARTS_ASC, PLACE_DESC], ', 'starts, place desc,'],
    ]) {
      const expected = await rows(
        `select type || ' ' || id as id from (select 'Visit' as type, 0 as day, * from app_public.visits
         union all select 'Call', * from app_public.calls) all_of_them order by ${order} type, day, all_of_them.id`,
      );
      const forward: string[] = [];
      for (let after = ''; ; ) {
        const { ids, hasNextPage, endCursor } = await read(`${by}first: 4${after}`);
        forward.push(...ids);
        if (!hasNextPage) break;
        after = `, after: "${endCursor}"`;
      }
      expect([by, forward]).toEqual([by, expected]);
      const backward: string[] = [];
      for (let before = ''; ; ) {
        const { ids, hasPreviousPage, startCursor } = await read(`${by}last: 4${before}`);
        backward.unshift(...ids);
        if (!hasPreviousPage) break;
        before = `, before: "${startCursor}"`;
      }
      expect([by, backward]).toEqual([by, expected]);
    }
    const { endCursor } = await read('orderBy: [PLACE_ASC], first: 4');
    const { errors } = await client.graphql(
      `{ appointments(orderBy: [PLACE_DESC], first: 4, after: "${endCursor}") { totalCount nodes { place } } }`,
    );
    expect(errors?.[0]?.extensions).toEqual({ code: 'INVALID_INPUT', field: 'after' });
  });

  describe('that do not belong', () => {
    const decode = (cursor: string) => JSON.parse(Buffer.from(cursor, 'base64').toString()) as unknown[];
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');

    async function expectRefusal(list: string, by: string, cursor: unknown, id?: string) {
      for (const field of ['after', 'before'] as const) {
        const size = field === 'after' ? { first: 2 } : { last: 2 };
        const { errors } = await page(list, by, { ...size, [field]: cursor } as Given, id);
        const [error] = errors ?? [];
        expect([cursor, error?.extensions]).toEqual([cursor, { code: 'INVALID_INPUT', field }]);
        expect(error?.message).toMatch(
          new RegExp(`^\`${field}\` is not a cursor of this list in this order\\.`),
        );
      }
    }

    it('cannot be used: of another order, direction, list or key', async () => {
      const { endCursor } = (await page('chores', 'ASSIGNEE_ASC', { first: 2 })).pageInfo;
      for (const by of [
        'ASSIGNEE_DESC',
        'ROW_ID_ASC',
        'IS_DONE_ASC',
        'ASSIGNEE_ASC, IS_DONE_ASC',
        'ESTIMATE_ASC',
        '',
      ])
        await expectRefusal('chores', by, endCursor);
      await expectRefusal('books', 'RATING_ASC', endCursor);
      await expectRefusal('bestBooks', '', endCursor);
      await expectRefusal('readings', '', endCursor, 'value');
      const numbered = (await page('bestBooks', '', { first: 2 })).pageInfo.endCursor;
      await expectRefusal('readings', '', numbered, 'value');
      await expectRefusal('chores', 'ASSIGNEE_ASC', numbered);
    });

    it('cannot be used: changed or made up', async () => {
      const { endCursor } = (await page('chores', 'ASSIGNEE_ASC', { first: 2 })).pageInfo;
      const parts = decode(endCursor);
      expect(parts).toEqual([expect.any(String), '4', '4']);
      const [signature] = parts;
      const made: unknown[] = [
        [signature, '5', '4'],
        [signature, null, '4'],
        [signature, 'abc', '4'],
        [signature, 4, '4'],
        [signature, '4'],
        [signature, '4', '4', '4'],
        [signature],
        [],
        [null, '4', '4'],
        ['', '4', '4'],
        [`${signature}A`, '4', '4'],
        ['natural', 1],
        ['natural', -1],
        ['natural', 1e300],
        [signature, { a: 1 }, []],
        null,
        1,
        'text',
        {},
      ];
      for (const value of made) await expectRefusal('chores', 'ASSIGNEE_ASC', encode(value));
      for (const text of [
        '',
        'x',
        '🐘',
        '%%%',
        endCursor.slice(0, -4),
        `${endCursor.slice(0, 9)}x${endCursor.slice(10)}`,
      ])
        await expectRefusal('chores', 'ASSIGNEE_ASC', text);

      const numbered = (await page('bestBooks', '', { first: 2 })).pageInfo.endCursor;
      const [number] = decode(numbered);
      for (const value of [3, -1, 1.5, 1e300, '2', null, [2]])
        await expectRefusal('bestBooks', '', encode([number, value]));
    });
  });

  it('cannot be mixed up by what is remembered of SQL', async () => {
    const ends: (string | null)[] = [null];
    for (let turn = 0; turn < 3; turn++)
      ends.push(
        (await page('chores', 'ASSIGNEE_DESC', { first: 2, after: ends[turn] ?? null })).pageInfo.endCursor,
      );
    for (let time = 0; time < 3; time++)
      for (const [index, ids] of [[5, 3], [1, 6], [4, 2], []].entries())
        expect((await page('chores', 'ASSIGNEE_DESC', { first: 2, after: ends[index] ?? null })).ids).toEqual(
          ids,
        );
  });

  it('can let an index be used', async () => {
    await server.sql(
      `insert into app_public.books select n, 1, nullif(n % 1000, 7) from generate_series(100, 20000) n`,
    );
    await server.sql('create index on app_public.books (rating, id)');
    await server.sql('analyze app_public.books');
    const statementOf = async (by: string, after: string) => {
      server.wire.clear();
      await page('books', by, { first: 2, after });
      return server.wire.statements.find(({ text }) => text.includes('from "app_public"."books"'));
    };
    for (const [by, condition] of [
      ['RATING_DESC', /Index Cond: .*ROW\(.*rating.*\) < ROW/],
      ['RATING_ASC, ROW_ID_DESC', /Index Cond|Index Only Scan|Index Scan/],
      ['ROW_ID_ASC', /Index Cond: .*id.* >/],
    ] as const) {
      let after = (await page('books', by, { first: 60 })).pageInfo.endCursor;
      after = (await page('books', by, { first: 60, after })).pageInfo.endCursor;
      const statement = await statementOf(by, after);
      const values = statement?.values.map((value) => (value === null ? 'null' : `'${value}'`)) ?? [];
      const text = (statement?.text ?? '').replaceAll(/\$(\d+)/g, (_, n) => values[Number(n) - 1] ?? '');
      const plan = (await server.sql<{ 'QUERY PLAN': string }>(`explain ${text}`))
        .map((row) => row['QUERY PLAN'])
        .join('\n');
      expect(plan).toMatch(condition);
      expect(plan).not.toContain('Seq Scan');
    }
  });
});

describe('the audit events of everybody', () => {
  const server = useServer();
  it('can be paged by an administrator, those of unknown names too', async () => {
    const client = server.client();
    const { username, password, id } = await client.register();
    await server.sql(
      `insert into app_public.audit_events (action, user_id) select 'logged_in', case when n % 4 > 0 then gen_random_uuid() end from generate_series(1, 40) n`,
    );
    await server.sql(`update app_public.user_accounts set role = 'administrator' where user_id = $1`, [id]);
    await client.login(username, password);
    const total = Number(
      (await server.sql<{ n: string }>('select count(*) as n from app_public.audit_events'))[0]?.n,
    );
    for (const by of ['USER_ID_DESC', 'USER_ID_ASC', 'OCCURRED_AT_ASC'])
      for (const first of [2, 30]) {
        const ids = new Set<string>();
        let after = null;
        let count = 0;
        for (;;) {
          const { data, errors } = await client.graphql(
            `query ($n: Int, $after: Cursor) { auditEvents(first: $n, after: $after, orderBy: ${by}) { nodes { rowId } pageInfo { hasNextPage endCursor } } }`,
            { n: first, after },
          );
          expect(errors).toBeUndefined();
          for (const { rowId } of data.auditEvents.nodes) ids.add(rowId);
          count += data.auditEvents.nodes.length;
          if (!data.auditEvents.pageInfo.hasNextPage) break;
          after = data.auditEvents.pageInfo.endCursor;
        }
        expect([by, first, count, ids.size]).toEqual([by, first, total, total]);
      }
  });
});

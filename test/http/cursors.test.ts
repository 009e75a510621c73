import { beforeAll, describe, expect, it } from '@jest/globals';
import type { HttpClient } from '../helpers/http-client.ts';
import { makePager, PAGED_TABLES } from '../helpers/paged-tables.ts';
import { useServer } from '../helpers/server.ts';

describe('cursors', () => {
  const server = useServer({}, { sqlAsOwner: PAGED_TABLES, recordsWire: true });
  let client: HttpClient;
  let pager: ReturnType<typeof makePager>;
  beforeAll(() => {
    client = server.client();
    pager = makePager(client);
  });

  const rows = async (query: string) => (await server.sql<{ id: unknown }>(query)).map(({ id }) => id);

  it.each([
    ['ASSIGNEE_ASC', [2, 4, 6, 1, 3, 5]],
    ['ASSIGNEE_DESC', [5, 3, 1, 6, 4, 2]],
    ['ESTIMATE_ASC', [1, 2, 3, 4, 5, 6]],
    ['IS_DONE_DESC', [3, 2, 1, 6, 5, 4]],
  ])('can follow %s where values are null', async (by, ids) => {
    expect(await pager.walk('chores', by, 2)).toEqual(ids);
    expect(await pager.walkBack('chores', by, 2)).toEqual(ids);
  });

  it('can follow an order whose unique column has several nulls', async () => {
    for (const direction of ['asc', 'desc']) {
      const expected = await rows(
        `select number as id from app_public.parcels order by code ${direction}, depot ${direction}, number ${direction}`,
      );
      const by = `CODE_${direction.toUpperCase()}`;
      expect(await pager.walk('parcels', by, 3, 'number')).toEqual(expected);
      expect(await pager.walkBack('parcels', by, 3, 'number')).toEqual(expected);
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
      expect([by, await pager.walk('parcels', by, 3, 'number')]).toEqual([by, expected]);
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
    expect(await pager.walk('books', 'REVERSE_RATING_ASC', 5)).toEqual(expected);
    expect(await pager.walkBack('books', 'REVERSE_RATING_ASC', 5)).toEqual(expected);
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
    expect(await pager.walk('bestBooks', '', 5)).toEqual(expected);
    expect((await pager.page('bestBooks', '', { last: 3 })).ids).toEqual(expected.slice(-3));
    expect(await pager.walkBack('bestBooks', '', 5)).toEqual(expected);
    const { pageInfo } = await pager.page('bestBooks', '', { first: 5 });
    const refused = await pager.page('bestBooks', '', { last: 3, after: pageInfo.endCursor });
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_INPUT', field: 'last' });
  });

  it('can page a table without a key in its own order, and says at once when an order has no cursors', async () => {
    expect((await pager.walk('readings', '', 5, 'value')).sort()).toEqual(
      (await rows('select value as id from app_public.readings')).sort(),
    );
    const refusal = { code: 'INVALID_INPUT', field: 'orderBy' };
    for (const by of ['VALUE_ASC', 'CODE_ASC', 'CODE_DESC, VALUE_ASC']) {
      const first = await pager.page('readings', by, { first: 5 }, 'value');
      expect(first.errors?.[0]?.extensions).toMatchObject(refusal);
      const natural = (await pager.page('readings', '', { first: 5 }, 'value')).pageInfo.endCursor;
      expect(
        (await pager.page('readings', by, { first: 5, after: natural }, 'value')).errors?.[0]?.extensions,
      ).toMatchObject(refusal);
      const { data, errors } = await client.graphql(
        `{ readings(first: 5, offset: 3, orderBy: [${by}]) { nodes { value } pageInfo { hasNextPage } } }`,
      );
      expect([errors, data.readings.nodes.length]).toEqual([undefined, 5]);
    }
  });

  it('cannot be mixed up by what is remembered of SQL', async () => {
    const ends: (string | null)[] = [null];
    for (let turn = 0; turn < 3; turn++)
      ends.push(
        (await pager.page('chores', 'ASSIGNEE_DESC', { first: 2, after: ends[turn] ?? null })).pageInfo
          .endCursor,
      );
    for (let time = 0; time < 3; time++)
      for (const [index, ids] of [[5, 3], [1, 6], [4, 2], []].entries())
        expect(
          (await pager.page('chores', 'ASSIGNEE_DESC', { first: 2, after: ends[index] ?? null })).ids,
        ).toEqual(ids);
  });

  it('can let an index be used', async () => {
    await server.sql(
      `insert into app_public.books select n, 1, nullif(n % 1000, 7) from generate_series(100, 20000) n`,
    );
    await server.sql('create index on app_public.books (rating, id)');
    await server.sql('analyze app_public.books');
    const statementOf = async (by: string, after: string) => {
      server.wire.clear();
      await pager.page('books', by, { first: 2, after });
      return server.wire.statements.find(({ text }) => text.includes('from "app_public"."books"'));
    };
    for (const [by, condition] of [
      ['RATING_DESC', /Index Cond: .*ROW\(.*rating.*\) < ROW/],
      ['RATING_ASC, ROW_ID_DESC', /Index Cond|Index Only Scan|Index Scan/],
      ['ROW_ID_ASC', /Index Cond: .*id.* >/],
    ] as const) {
      let after = (await pager.page('books', by, { first: 60 })).pageInfo.endCursor;
      after = (await pager.page('books', by, { first: 60, after })).pageInfo.endCursor;
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

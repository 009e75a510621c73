import { beforeAll, describe, expect, it } from '@jest/globals';
import type { GraphQLEnumType, GraphQLSchema } from 'graphql';
import type { HttpClient } from '../helpers/http-client.ts';
import { COLUMNS, CREATE_THINGS, ROW_COUNT, UNORDERED } from '../helpers/orderable-columns.ts';
import { useServer } from '../helpers/server.ts';

/** How many orders of several columns are tried; a night of them: PAGING_ORDERS=5000. */
const ORDERS = Number(process.env.PAGING_ORDERS ?? 16);
/** Lists in one document. */
const BATCH = 8;

type By = { column: string; value: string; isAscending: boolean };
type Page = {
  nodes: { rowId: number }[];
  edges: { cursor: string }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
};
type Arguments = { first?: number; last?: number; after?: string; before?: string; offset?: number };

/** The same sequence every time. */
function makeRandom(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

describe('pages', () => {
  const server = useServer(
    { QUERY_LIMITS: 'fields=5000 aliases=500 rows=100000' },
    { sqlAsOwner: CREATE_THINGS },
  );
  let client: HttpClient;
  let enumValues: Map<string, string>;
  let schema: GraphQLSchema;
  beforeAll(async () => {
    client = server.client();
    schema = await server.schema();
    const values = (schema.getType('ThingOrderBy') as GraphQLEnumType).getValues().map(({ name }) => name);
    enumValues = new Map(
      COLUMNS.flatMap(({ name }) => {
        const value = values.find((each) => each.startsWith(`${name.split('_')[0]?.toUpperCase()}_`));
        return value ? [[name, value.replace(/_(ASC|DESC)$/, '')] as const] : [];
      }),
    );
  });

  /** The pages of several orders, by one document. */
  async function pages(orders: readonly By[][], args: readonly Arguments[]): Promise<Page[]> {
    const variables: Record<string, unknown> = {};
    const declared: string[] = [];
    const lists = orders.map((order, index) => {
      const given = (['first', 'last', 'offset', 'after', 'before'] as const).map((name) => {
        variables[`${name}${index}`] = args[index]?.[name];
        declared.push(`$${name}${index}: ${name === 'after' || name === 'before' ? 'Cursor' : 'Int'}`);
        return `${name}: $${name}${index}`;
      });
      const by = order.map(({ value, isAscending }) => `${value}_${isAscending ? 'ASC' : 'DESC'}`);
      return `l${index}: things(orderBy: [${by}], ${given}) { ...Page }`;
    });
    const { data, errors } = await client.graphql(
      `query (${declared}) { ${lists.join('\n')} }
       fragment Page on ThingConnection { nodes { rowId } edges { cursor }
         pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`,
      variables,
    );
    expect(errors).toBeUndefined();
    return lists.map((_, index) => data[`l${index}`]);
  }
  const ids = (page: Page | undefined) => page?.nodes.map(({ rowId }) => rowId) ?? [];

  /** The order as a hand writes it. */
  async function expected(order: readonly By[]): Promise<number[]> {
    const by = order.map(
      ({ column, isAscending }) => `"${column}" ${isAscending ? 'asc nulls last' : 'desc nulls first'}`,
    );
    const tie = order[0]?.isAscending === false ? 'id desc' : 'id asc';
    const rows = await server.sql<{ id: number }>(
      `select id from app_public.things order by ${[...by, tie].join(', ')}`,
    );
    return rows.map(({ id }) => id);
  }

  /** Everything that is asked of pages, for many orders at a time. */
  async function expectPages(orders: readonly By[][], size: number, turn: number): Promise<void> {
    const rows = await Promise.all(orders.map(expected));
    const forward: number[][] = orders.map(() => []);
    const backward: number[][] = orders.map(() => []);
    const cursors: string[][] = orders.map(() => []);
    const starts = (side: 'after' | 'before', page: Page | undefined) =>
      page && (side === 'after' ? page.pageInfo.endCursor : page.pageInfo.startCursor);

    let previous: Page[] = [];
    for (let from = 0; from < ROW_COUNT; from += size) {
      previous = await pages(
        orders,
        orders.map((_, i) => ({ first: size, after: starts('after', previous[i]) })),
      );
      for (const [index, page] of previous.entries()) {
        forward[index]?.push(...ids(page));
        cursors[index]?.push(...page.edges.map(({ cursor }) => cursor));
        expect([orders[index], from, page.pageInfo.hasNextPage]).toEqual([
          orders[index],
          from,
          from + size < ROW_COUNT,
        ]);
      }
    }
    previous = [];
    for (let from = 0; from < ROW_COUNT; from += size) {
      previous = await pages(
        orders,
        orders.map((_, i) => ({ last: size, before: starts('before', previous[i]) })),
      );
      for (const [index, page] of previous.entries()) {
        backward[index]?.unshift(...ids(page));
        expect([orders[index], from, page.pageInfo.hasPreviousPage]).toEqual([
          orders[index],
          from,
          from + size < ROW_COUNT,
        ]);
      }
    }
    for (const [index, order] of orders.entries()) {
      expect([order, 'forward', forward[index]]).toEqual([order, 'forward', rows[index]]);
      expect([order, 'backward', backward[index]]).toEqual([order, 'backward', rows[index]]);
    }

    const at = (index: number, row: number) => cursors[index]?.[row] as string;
    const windows: [Arguments: (index: number) => Arguments, from: number, to: number][] = [
      [(i) => ({ first: 50, after: at(i, 2), before: at(i, 9) }), 3, 9],
      [(i) => ({ first: 3, after: at(i, 2), before: at(i, 9) }), 3, 6],
      [(i) => ({ last: 3, after: at(i, 2), before: at(i, 9) }), 6, 9],
      [(i) => ({ last: 4, after: at(i, 5) }), ROW_COUNT - 4, ROW_COUNT],
      [(i) => ({ first: 4, before: at(i, 9) }), 0, 4],
      [(i) => ({ first: 4, offset: 2, after: at(i, 3) }), 6, 10],
      [(i) => ({ first: 5, after: at(i, ROW_COUNT - 1) }), ROW_COUNT, ROW_COUNT],
      [(i) => ({ last: 5, before: at(i, 0) }), 0, 0],
    ];
    // All of them for each list would take long, and they differ in the condition alone.
    for (const [args, from, to] of windows.filter((_, index) => index % 4 === turn % 4))
      for (const [index, page] of (
        await pages(
          orders,
          orders.map((_, i) => args(i)),
        )
      ).entries())
        expect([orders[index], args(0), ids(page)]).toEqual([
          orders[index],
          args(0),
          rows[index]?.slice(from, to),
        ]);
  }

  const columns = COLUMNS.filter(({ type }) => !['pg_lsn', 'xid8'].includes(type)).map(({ name }) => name);
  const batches = Array.from({ length: Math.ceil(columns.length / BATCH) }, (_, index) => index);

  it.each(batches)(
    'can be turned in the order of a column of any type, in both directions (%i)',
    async (batch) => {
      const orders = columns
        .slice(batch * BATCH, (batch + 1) * BATCH)
        .flatMap((column) =>
          [true, false].map((isAscending): By[] => [
            { column, value: enumValues.get(column) as string, isAscending },
          ]),
        );
      await expectPages(orders, 6, batch);
    },
  );

  it.each(Array.from({ length: Math.ceil(ORDERS / BATCH) }, (_, index) => index))(
    'can be turned in the order of several columns (%i)',
    async (batch) => {
      const random = makeRandom(batch + 1);
      const orders = Array.from({ length: BATCH }, () =>
        Array.from({ length: 2 + random(2) }, (): By => {
          const column = columns[random(columns.length)] as string;
          return { column, value: enumValues.get(column) as string, isAscending: random(2) === 0 };
        }),
      );
      await expectPages(orders, 5 + random(4), batch);
    },
  );

  it('cannot be asked for in the order of a type that has none', () => {
    const values = (schema.getType('ThingOrderBy') as GraphQLEnumType).getValues().map(({ name }) => name);
    expect([...enumValues.keys()]).toEqual(columns); // pg_lsn and xid8 are no types of the API.
    for (const type of UNORDERED) expect(values).not.toContain(`U_${type.toUpperCase()}_ASC`);
  });
});

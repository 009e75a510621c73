import { beforeAll, describe, expect, it } from '@jest/globals';
import type { HttpClient } from '../helpers/http-client.ts';
import { useServer } from '../helpers/server.ts';

const SQL = `
  create table app_public.crates (
    id integer primary key,
    parent_id integer references app_public.crates on delete cascade
  );
  create index on app_public.crates (parent_id);
  comment on table app_public.crates is '@behavior +list +connection';
  alter table app_public.crates enable row level security;
  create policy select_all on app_public.crates for select to anonymous using (true);
  grant select on app_public.crates to anonymous;
  insert into app_public.crates select n, case when n > 1 then 1 end from generate_series(1, 30) n;

  create type app_public.crate_size as (width integer, label text);

  create function app_public.volatile_crates() returns setof app_public.crates language sql volatile
    as $$ select * from app_public.crates order by id $$;
  create function app_public.volatile_sizes() returns setof app_public.crate_size language sql volatile
    as $$ select n, 'size ' || n from generate_series(1, 30) n $$;
  create function app_public.volatile_range(low integer, high integer) returns setof app_public.crates language sql volatile
    as $$ select * from app_public.crates where id between low and high order by id $$;
  create function app_public.stable_crates() returns setof app_public.crates language sql stable
    as $$ select * from app_public.crates order by id desc $$;
  create function app_public.stable_numbers() returns setof integer language sql stable
    as $$ select generate_series(1, 30) $$;
  create function app_public.stable_sizes() returns setof app_public.crate_size language sql stable
    as $$ select n, 'size ' || n from generate_series(1, 30) n $$;
  create function app_public.stable_records() returns table (width integer, label text) language sql stable
    as $$ select n, 'record ' || n from generate_series(1, 30) n $$;
  create function app_public.crates_multiples(crate app_public.crates) returns setof integer language sql stable
    as $$ select crate.id * n from generate_series(1, 30) n $$;
  create function app_public.crates_siblings(crate app_public.crates) returns setof app_public.crates language sql stable
    as $$ select * from app_public.crates c where c.parent_id is not distinct from crate.parent_id order by id $$;

  comment on function app_public.volatile_crates is '@behavior +queryField -mutationField +queryField:resource:connection +queryField:resource:list';
  comment on function app_public.volatile_sizes is '@behavior +queryField -mutationField +queryField:resource:connection +queryField:resource:list';
  comment on function app_public.volatile_range is '@behavior +queryField -mutationField +queryField:resource:connection +queryField:resource:list';
  comment on function app_public.stable_crates is '@behavior +queryField:resource:list';
  comment on function app_public.stable_numbers is '@behavior +queryField:resource:list';
  comment on function app_public.stable_sizes is '@behavior +queryField:resource:list';
  comment on function app_public.stable_records is '@behavior +queryField:resource:list';
  comment on function app_public.crates_multiples is '@behavior +typeField:resource:list';
  comment on function app_public.crates_siblings is '@behavior +typeField:resource:list';
  create function app_public.crates_counted(crate app_public.crates) returns setof app_public.crates language sql volatile
    as $$ select * from app_public.crates c order by id $$;
  comment on function app_public.crates_counted is '@behavior +typeField -mutationField +typeField:resource:connection +typeField:resource:list';

  create type app_public.labelled as (id integer, label text);
  comment on type app_public.labelled is '@interface mode:union
    @name labelled
    @behavior +query:interface:list';
  create table app_public.jars (id integer primary key, label text);
  create table app_public.bags (id integer primary key, label text);
  comment on table app_public.jars is '@implements Labelled';
  comment on table app_public.bags is '@implements Labelled';
  alter table app_public.jars enable row level security;
  alter table app_public.bags enable row level security;
  create policy select_all on app_public.jars for select to anonymous using (true);
  create policy select_all on app_public.bags for select to anonymous using (true);
  grant select on app_public.jars, app_public.bags to anonymous;
  insert into app_public.jars select n, 'jar ' || n from generate_series(1, 15) n;
  insert into app_public.bags select n, 'bag ' || n from generate_series(1, 15) n;

  grant execute on all functions in schema app_public to anonymous;
`;

/** Each kind of field that has pages of 30 rows, by how the rows of its answer are reached. */
const CONNECTIONS = {
  'a table': (args: string, selection: string) => `rows: crates${args} { ${selection} }`,
  'a function': (args: string, selection: string) => `rows: stableCrates${args} { ${selection} }`,
  'a function of scalars': (args: string, selection: string) => `rows: stableNumbers${args} { ${selection} }`,
  'a function of a composite type': (args: string, selection: string) =>
    `rows: stableSizes${args} { ${selection} }`,
  'a function of records': (args: string, selection: string) => `rows: stableRecords${args} { ${selection} }`,
  'a volatile function': (args: string, selection: string) => `rows: volatileCrates${args} { ${selection} }`,
  'a volatile function of a composite type': (args: string, selection: string) =>
    `rows: volatileSizes${args} { ${selection} }`,
  'several tables': (args: string, selection: string) => `rows: labelleds${args} { ${selection} }`,
};
const NESTED_CONNECTIONS = ['childCrates', 'siblings', 'multiples', 'counted'];
const LISTS = [
  'cratesList',
  'stableCratesList',
  'stableNumbersList',
  'stableSizesList',
  'stableRecordsList',
  'volatileCratesList',
  'volatileSizesList',
  'labelledsList',
];
const NESTED_LISTS = ['siblingsList', 'multiplesList', 'countedList'];
/** Fields of GraphQL scalars have no selection. */
const selectionOf = (field: string) => (/numbers|multiples/i.test(field) ? '' : '{ __typename }');

describe('the default size of a page', () => {
  const server = useServer({}, { sqlAsOwner: SQL, recordsWire: true });

  let client: HttpClient;
  beforeAll(() => {
    client = server.client();
  });

  /** The answer, and the statements that read or count rows. */
  async function ask(query: string, variables = {}) {
    server.wire.clear();
    const { data, errors } = await client.graphql(query, variables);
    expect([query, errors]).toEqual([query, undefined]);
    const statements = server.wire.statements.filter(({ text }) => /"app_public"\."/.test(text));
    return { data, statements: statements.length };
  }

  describe.each(Object.entries(CONNECTIONS))('of %s', (kind, connection) => {
    // A volatile function is called even if only its rows are counted, by a statement of their own.
    const ofCount = kind.includes('volatile') ? 2 : 1;

    it('can be left out and given, in the document and by a variable', async () => {
      const sizes: [args: string, count: number][] = [
        ['', 20],
        ['(first: null)', 20],
        ['(first: 7)', 7],
        ['(first: 0)', 0],
        ['(first: $none)', 20],
        ['(first: $n)', 25],
        ['(offset: 15)', 15],
      ];
      const lists = sizes.map(([args], index) =>
        connection(args, 'edges { __typename }').replace('rows:', `l${index}:`),
      );
      const { data } = await ask(`query ($n: Int, $none: Int) { ${lists.join(' ')} }`, { n: 25 });
      for (const [index, [args, count]] of sizes.entries())
        expect([args, data[`l${index}`].edges.length]).toEqual([args, count]);
    });

    it('can be met in one statement, whatever is asked for', async () => {
      for (const selection of [
        'totalCount',
        'edges { cursor }',
        'edges { __typename } pageInfo { hasNextPage endCursor }',
        'pageInfo { hasNextPage }',
        'pageInfo { startCursor }',
      ])
        for (const args of selection === 'totalCount' ? ['', '(first: 3)'] : [''])
          expect([selection, args, (await ask(`{ ${connection(args, selection)} }`)).statements]).toEqual([
            selection,
            args,
            selection === 'totalCount' ? ofCount : 1,
          ]);
    });

    it('can tell that there are more rows', async () => {
      const hasNextPage = async (args: string) =>
        (await ask(`{ ${connection(args, 'pageInfo { hasNextPage }')} }`)).data.rows.pageInfo.hasNextPage;
      expect(await hasNextPage('')).toBe(true);
      expect(await hasNextPage('(first: 29)')).toBe(true);
      expect(await hasNextPage('(first: 30)')).toBe(false);
    });
  });

  it.each(LISTS)('holds for %s', async (field) => {
    const count = async (args: string) =>
      (await ask(`{ rows: ${field}${args} ${selectionOf(field)} }`)).data.rows.length;
    expect(await count('')).toBe(20);
    expect(await count('(first: 7)')).toBe(7);
    expect(await count('(first: 25, offset: 10)')).toBe(20);
  });

  it.each(NESTED_CONNECTIONS)('holds for %s within a row', async (field) => {
    const rows = async (args: string) => {
      const { data } = await ask(
        `{ crate(rowId: 1) { rows: ${field}${args} { edges { cursor } totalCount } } }`,
      );
      return [data.crate.rows.edges.length, data.crate.rows.totalCount];
    };
    const total = field === 'siblings' ? 1 : field === 'childCrates' ? 29 : 30;
    expect(await rows('')).toEqual([Math.min(20, total), total]);
    expect(await rows('(first: 7)')).toEqual([Math.min(7, total), total]);
    expect(await rows('(first: 30)')).toEqual([total, total]);
  });

  it.each(NESTED_LISTS)('holds for %s within a row', async (field) => {
    const count = async (args: string) =>
      (await ask(`{ crate(rowId: 2) { rows: ${field}${args} ${selectionOf(field)} } }`)).data.crate.rows
        .length;
    expect(await count('')).toBe(20);
    expect(await count('(first: 7)')).toBe(7);
  });

  it('can be given to a volatile function with arguments, by variables too', async () => {
    const query =
      'query ($low: Int!, $n: Int) { volatileRange(low: $low, high: 30, first: $n) { nodes { rowId } } }';
    const ids = async (variables: object) =>
      (await ask(query, variables)).data.volatileRange.nodes.map(({ rowId }: { rowId: number }) => rowId);
    expect(await ids({ low: 3, n: 2 })).toEqual([3, 4]);
    expect(await ids({ low: 3 })).toHaveLength(20);
    expect(await ids({ low: 29 })).toEqual([29, 30]);
  });
});

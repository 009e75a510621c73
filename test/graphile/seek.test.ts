import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type PgCodec, TYPES } from 'postgraphile/@dataplan/pg';
import { type SQL, sql } from 'postgraphile/@dataplan/pg/pg-sql2';
import type { Order } from '../../src/graphile/cursors/order.ts';
import { toText } from '../../src/graphile/cursors/order-values.ts';
import { seek } from '../../src/graphile/cursors/seek.ts';
import { makeRoom } from '../helpers/make-room.ts';
import { COLUMNS, CREATE_THINGS } from '../helpers/orderable-columns.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';

/** As much of the type's codec as matters here. */
function codecOf(type: string): PgCodec {
  const name = type
    .replace(/ collate .*/, '')
    .replace(/\(.*\)/, '')
    .replace(/^char$/, 'bpchar')
    .replaceAll('"', '');
  const known = Object.values(TYPES).find((codec) => codec.name === name);
  if (known) return known;
  const codec: PgCodec = { ...TYPES.text, sqlType: sql.raw(name) };
  return type === 'app_public.sizes_domain' ? { ...codec, domainOfCodec: codecOf('app_public.size') } : codec;
}

const ID: Order = {
  fragment: sql`t.id`,
  codec: TYPES.int,
  isNullable: false,
  isAscending: true,
  isNullsFirst: false,
};

describe('the rows after and before a cursor', () => {
  let database: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    client = new pg.Client(database.owner);
    await client.connect();
    await client.query(makeRoom(CREATE_THINGS) + CREATE_THINGS);
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  const run = async (query: SQL) => {
    const { text, values } = sql.compile(query);
    return (await client.query({ text, values: values as unknown[], rowMode: 'array' })).rows;
  };
  const by = (orders: readonly Order[]) =>
    sql.join(
      orders.map(
        ({ fragment, isAscending, isNullsFirst }) =>
          sql`${fragment} ${isAscending ? sql`asc` : sql`desc`} nulls ${isNullsFirst ? sql`first` : sql`last`}`,
      ),
      ', ',
    );

  /** Compares what is found from every row with the list that PostgreSQL orders. */
  async function expectSeek(orders: readonly Order[]): Promise<void> {
    const rows = await run(
      sql`select t.id, ${sql.join(orders.map(toText), ', ')} from app_public.things t order by ${by(orders)}`,
    );
    await client.query('reset datestyle; reset search_path');
    const ids = rows.map(([id]) => id);
    const found = await run(
      sql`select ${sql.join(
        rows.flatMap(([, ...values]) =>
          (['after', 'before'] as const).map(
            (side) =>
              sql`array(select t.id from app_public.things t where ${seek(orders, values, side)} order by ${by(orders)})`,
          ),
        ),
        ', ',
      )}`,
    );
    const name = sql.compile(by(orders)).text;
    expect([name, found[0]]).toEqual([
      name,
      ids.flatMap((_, index) => [ids.slice(index + 1), ids.slice(0, index)]),
    ]);
  }

  const directions = [true, false].flatMap((isAscending) =>
    [true, false].map((isNullsFirst) => ({ isAscending, isNullsFirst })),
  );
  const orderOf = ({ name, type }: (typeof COLUMNS)[number]) => ({
    fragment: sql`t.${sql.identifier(name)}`,
    codec: codecOf(type),
    isNullable: true,
  });

  it.each(COLUMNS.map((column) => [column.type, column] as const))(
    'can be found by %s',
    async (_, column) => {
      for (const direction of directions)
        for (const isAscending of [true, false])
          await expectSeek([
            { ...orderOf(column), ...direction },
            { ...ID, isAscending },
          ]);
    },
  );

  it.each(['date', 'timestamp', 'timestamptz', 'regclass'])(
    'can be found by %s when settings of the session have changed since',
    async (type) => {
      const column = COLUMNS.find((each) => each.type === type) as (typeof COLUMNS)[number];
      for (const direction of directions) {
        await client.query("set datestyle = 'SQL, DMY'; set search_path = app_public, pg_catalog");
        await expectSeek([{ ...orderOf(column), ...direction }, ID]);
      }
    },
  );

  it('can be found by nullable columns in any place', async () => {
    const columns = ['int4', 'boolean', 'interval'].map(
      (type) => COLUMNS.find((column) => column.type === type) as (typeof COLUMNS)[number],
    );
    for (const [index, one] of columns.entries())
      for (const other of columns.slice(index + 1))
        for (const first of directions)
          for (const second of directions)
            await expectSeek([{ ...orderOf(one), ...first }, { ...orderOf(other), ...second }, ID]);
  });

  it('can be found by columns that are never null, ties included', async () => {
    for (const isAscending of [true, false])
      await expectSeek([
        { ...ID, fragment: sql`(t.id % 3)`, isAscending },
        { ...ID, fragment: sql`(t.id % 2)` },
        { ...ID, isAscending: false },
      ]);
  });
});

import type { PgCodec, PgResource } from 'postgraphile/@dataplan/pg';
import { type SQL, sql } from 'postgraphile/@dataplan/pg/pg-sql2';

/** One column, or expression, that rows are ordered by. */
export type Order = {
  fragment: SQL;
  codec: PgCodec;
  isNullable: boolean;
  isAscending: boolean;
  isNullsFirst: boolean;
};

/** What @dataplan/pg takes for an order. */
export type OrderSpec = {
  direction: 'ASC' | 'DESC';
  nulls?: 'FIRST' | 'LAST' | null;
} & (
  | {
      attribute: string;
      callback?: (fragment: SQL, codec: PgCodec, isNullable: boolean) => [SQL, PgCodec, boolean];
    }
  | { attribute?: undefined; fragment: SQL; codec: PgCodec; nullable?: boolean }
);

/** @param alias the table, as the query calls it */
export function toOrder(spec: OrderSpec, alias: SQL, resource: PgResource): Order {
  const isAscending = spec.direction === 'ASC';
  return {
    ...expressionOf(spec, alias, resource),
    isAscending,
    isNullsFirst: spec.nulls ? spec.nulls === 'FIRST' : !isAscending,
  };
}

function expressionOf(
  spec: OrderSpec,
  alias: SQL,
  resource: PgResource,
): Pick<Order, 'fragment' | 'codec' | 'isNullable'> {
  if (spec.attribute === undefined)
    // Unless it is said not to be null, an expression may be.
    return { fragment: spec.fragment, codec: spec.codec, isNullable: spec.nullable !== false };
  const attribute = resource.codec.attributes?.[spec.attribute];
  if (!attribute) throw new Error(`There is no attribute ${spec.attribute} to order by.`);
  const fragment = sql`${alias}.${sql.identifier(spec.attribute)}`;
  const isNullable = !isNeverNull(resource, spec.attribute);
  if (!spec.callback) return { fragment, codec: attribute.codec, isNullable };
  const [made, codec, isMadeNullable] = spec.callback(fragment, attribute.codec, isNullable);
  return { fragment: made, codec, isNullable: isMadeNullable };
}

/** A function that returns rows of a table may leave columns null that the table does not. */
function isNeverNull(resource: PgResource, name: string): boolean {
  const attribute = resource.codec.attributes?.[name];
  return !resource.parameters && Boolean(attribute?.notNull || attribute?.codec.notNull);
}

/**
 * Columns that tell all rows apart, or null. A unique constraint does so only if none of its columns is nullable, as it
 * lets any number of rows have null.
 */
export function keysOf(resource: PgResource): (readonly string[])[] {
  return resource.uniques
    .filter(
      ({ isPrimary, attributes }) => isPrimary || attributes.every((name) => isNeverNull(resource, name)),
    )
    .map(({ attributes }) => attributes);
}

/** A text that two orders share only if they are the same. */
export function describeOrders(resource: PgResource, orders: readonly Order[]): string {
  return JSON.stringify([
    resource.name,
    ...orders.map(({ fragment, codec, isAscending, isNullsFirst }) => {
      const { text, values } = sql.compile(fragment);
      return [text, values, codec.name, isAscending, isNullsFirst];
    }),
  ]);
}

import type { PgSelectQueryBuilder, PgUnionAllQueryBuilder } from 'postgraphile/@dataplan/pg';
import { sql } from 'postgraphile/@dataplan/pg/pg-sql2';
import { alwaysTheSame } from '../sql-memory/argument-keys.ts';
import type { OrderSpec } from './order.ts';

type Recorded = { orders: OrderSpec[]; isUnique: boolean };

const recordedByBuilder = new WeakMap<object, Recorded>();

/**
 * Makes a query builder, which does not tell what it was given, remember its orders. To be applied before anything that
 * orders.
 */
export const recordOrders = alwaysTheSame((builder: PgSelectQueryBuilder): void => {
  const recorded: Recorded = { orders: [], isUnique: false };
  recordedByBuilder.set(builder, recorded);
  const { orderBy, setOrderIsUnique } = builder;
  builder.orderBy = (spec) => {
    recorded.orders.push((typeof spec === 'function' ? spec(sql as never) : spec) as OrderSpec);
    orderBy.call(builder, spec);
  };
  builder.setOrderIsUnique = () => {
    recorded.isUnique = true;
    setOrderIsUnique.call(builder);
  };
});

/** What it was ordered by until now. */
export function recordedOrders(builder: PgSelectQueryBuilder | PgUnionAllQueryBuilder): Recorded {
  const recorded = recordedByBuilder.get(builder);
  if (!recorded) throw new Error('The orders of this query were not recorded.');
  return { orders: [...recorded.orders], isUnique: recorded.isUnique };
}

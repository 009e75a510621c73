import { type SQL, sql } from 'postgraphile/@dataplan/pg/pg-sql2';
import type { Order } from './order.ts';
import { fromText, toComparable } from './order-values.ts';

/** An order and the value that the row of the cursor has in it. */
type Part = Order & { value: SQL | null };

/** The rows that come after, or before, the one with these values. */
export function seek(
  orders: readonly Order[],
  values: readonly (string | null)[],
  side: 'after' | 'before',
): SQL {
  const parts = orders.map((order, index): Part => {
    const text = values[index] ?? null;
    const isForward = side === 'after';
    return {
      ...order,
      fragment: toComparable(order),
      isAscending: order.isAscending === isForward,
      isNullsFirst: order.isNullsFirst === isForward,
      value: text === null ? null : fromText(text, order),
    };
  });
  return beyond(parts) ?? sql.false;
}

/** Rows beyond the cursor's; null for none. As few comparisons as possible, so that an index on the columns serves. */
function beyond(parts: readonly Part[]): SQL | null {
  const [first] = parts;
  if (!first) return null;
  if (first.value === null) return beyondNull(first, parts.slice(1));
  const run = parts.slice(0, runLength(parts));
  const rest = beyond(parts.slice(run.length));
  const isAfter = first.isAscending ? sql`>` : sql`<`;
  const cases = [
    compare(run, isAfter),
    ...run.flatMap((part, index) =>
      part.isNullable && !part.isNullsFirst ? [all([...run.slice(0, index).map(isSame), isNull(part)])] : [],
    ),
    ...(rest ? [all([...run.map(isSame), rest])] : []),
  ];
  const [only] = cases;
  if (only && cases.length === 1) return only;
  const anyCase = sql.parens(
    sql.join(
      cases.map((each) => sql.parens(each)),
      ' or ',
    ),
  );
  if (first.isNullable && !first.isNullsFirst) return anyCase;
  // It follows from the cases, and is what an index on the first column can start from.
  return all([sql`${first.fragment} ${isAfter}= ${first.value}`, anyCase]);
}

function beyondNull(first: Part, others: readonly Part[]): SQL | null {
  const rest = beyond(others);
  const isTied = rest && all([isNull(first), rest]);
  if (!first.isNullsFirst) return isTied;
  const isValue = sql`${first.fragment} is distinct from null`;
  return isTied ? sql.parens(sql`${isValue} or ${sql.parens(isTied)}`) : isValue;
}

/** How many of the first parts have values and the same direction: they are compared as one. */
function runLength(parts: readonly Part[]): number {
  const end = parts.findIndex(
    ({ value, isAscending }) => value === null || isAscending !== parts[0]?.isAscending,
  );
  return end === -1 ? parts.length : end;
}

/** Is null, and so not true, where it meets a null: those are cases of their own. */
function compare(run: readonly Part[], operator: SQL): SQL {
  const fragments = run.map(({ fragment }) => fragment);
  const values = run.map(({ value }) => value as SQL);
  return sql`${tuple(fragments)} ${operator} ${tuple(values)}`;
}

const tuple = (all: readonly SQL[]) => sql.parens(sql.join([...all], ', '), true);
const all = (conditions: readonly SQL[]) => sql.join([...conditions], ' and ');
/** Not `is null`, which is also true of a composite value whose fields are all null. */
const isNull = ({ fragment }: Part) => sql`${fragment} is not distinct from null`;
const isSame = (part: Part) => (part.value === null ? isNull(part) : sql`${part.fragment} = ${part.value}`);

import type pg from 'pg';
import { nodesWithin, type SqlNode } from './parse-sql.ts';

/** Volatile functions of PostgreSQL that change nothing, or nothing that matters when the transaction is rolled back. */
const HARMLESS = `{random,random_normal,gen_random_uuid,uuidv4,uuidv7,clock_timestamp,timeofday,currval,lastval,nextval,
  pg_sleep,pg_sleep_for,pg_sleep_until,pg_advisory_xact_lock,pg_advisory_xact_lock_shared,
  pg_try_advisory_xact_lock,pg_try_advisory_xact_lock_shared,gen_salt}`;
/** Acts when the transaction is committed, a read-only one too. */
const ACTING_AT_COMMIT = `{pg_notify}`;

/** Of PostgreSQL and of extensions: a function in a schema of the project is code of the project. */
const ACTING = `
select distinct p.proname as name
from unnest($1::text[], $2::text[]) called (schema, name)
join pg_proc p on p.proname = called.name
join pg_namespace n on n.oid = p.pronamespace
where p.provolatile = 'v' and p.proname <> all ('${HARMLESS}'::text[])
  and ($3 or p.proname <> all ('${ACTING_AT_COMMIT}'::text[])) and (called.schema = '' or called.schema = n.nspname)
  and (n.nspname in ('pg_catalog', 'information_schema')
    or exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'))
order by 1`;

/**
 * Names the functions that a statement calls and that may act outside of its transaction: files, other connections,
 * settings, locks, sequences. PostgreSQL calls them volatile.
 *
 * @param options.isCommitted whether the transaction is committed, if only as a read-only one
 */
export async function functionsActingOutside(
  client: pg.ClientBase,
  statement: SqlNode,
  { isCommitted }: { isCommitted: boolean },
): Promise<string[]> {
  const called = calledFunctions(statement);
  const { rows } = await client.query<{ name: string }>(ACTING, [
    called.map(({ schema }) => schema),
    called.map(({ name }) => name),
    isCommitted,
  ]);
  return rows.map(({ name }) => name);
}

/** Names with their schema, which is empty where it is not written. */
function calledFunctions(statement: SqlNode): { schema: string; name: string }[] {
  return [...nodesWithin(statement)].flatMap(({ type, fields }) => {
    if (type === 'FuncCall') {
      const names = strings(fields.funcname);
      return [{ schema: names.at(-2) ?? '', name: names.at(-1) ?? '' }];
    }
    // `(value).name` calls a function, too, where the value has no such field.
    if (type === 'A_Indirection') return strings(fields.indirection).map((name) => ({ schema: '', name }));
    if (type === 'ColumnRef')
      return strings(fields.fields)
        .slice(1)
        .map((name) => ({ schema: '', name }));
    return [];
  });
}

function strings(value: unknown): string[] {
  const nodes = (value ?? []) as { String?: { sval?: string } }[];
  return nodes.flatMap(({ String: text }) => (text?.sval === undefined ? [] : [text.sval]));
}

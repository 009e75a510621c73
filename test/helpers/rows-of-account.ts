import type pg from 'pg';

type Sql = (text: string, values?: unknown[]) => Promise<pg.QueryResultRow[]>;

const TABLES = `
select format('%I.%I', nspname, relname) as name, attname as column
from pg_attribute
join pg_class on pg_class.oid = attrelid and relkind in ('r', 'p')
join pg_namespace on pg_namespace.oid = relnamespace
where nspname in ('app_public', 'app_private') and not attisdropped
  and (attname in ('user_id', 'owner_id') or attrelid = 'app_public.users'::regclass and attname = 'id')
order by name`;

/** How many rows of each table belong to an account; the tables are found in the catalogue. */
export async function rowsOfAccount(sql: Sql, userId: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { name, column } of await sql(TABLES)) {
    const [row] = await sql(`select count(*)::int from ${name} where ${column} = $1`, [userId]);
    counts[name] = row?.count;
  }
  return counts;
}

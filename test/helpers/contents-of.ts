import type pg from 'pg';

type Sql = <R extends pg.QueryResultRow>(text: string) => Promise<R[]>;

/** Every row of every table, to compare with: whatever was written shows, an update without a change too. */
export async function contentsOf(sql: Sql): Promise<Record<string, string>> {
  const tables = await sql<{ name: string }>(
    `select oid::regclass::text as name from pg_class
     where relkind = 'r' and relnamespace::regnamespace::text !~ '^(pg_|information_schema)' order by 1`,
  );
  const rows = await sql<Record<string, string>>(
    `select ${tables.map(({ name }) => `(select coalesce(md5(string_agg(xmin || t::text, '' order by ctid)), '') from ${name} t) as "${name.replaceAll('"', '""')}"`).join(', ')}`,
  );
  return rows[0] as Record<string, string>;
}

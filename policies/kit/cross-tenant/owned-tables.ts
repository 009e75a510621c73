import type { Actor } from '../actor.ts';

export type OwnedTable = { table: string; ownerColumn: string; userColumns: string[] };
export type Unjudged = { table: string; reason: string };
export type TableSurvey = { owned: OwnedTable[]; notCovered: Unjudged[]; outOfReach: string[] };

type TableRow = { table: string; isReachable: boolean; primaryKey: string[]; userColumns: string[] };

/** Where several columns name a user, the likelier owner first. */
const USUAL_NAMES = ['owner_id', 'user_id', 'author_id', 'created_by'];

const TABLES = `
select
  c.oid::regclass::text as table,
  has_schema_privilege($2, n.oid, 'usage')
    and has_any_column_privilege($2, c.oid, 'select, insert, update')
    or has_schema_privilege($2, n.oid, 'usage') and has_table_privilege($2, c.oid, 'delete, truncate') as "isReachable",
  array(
    select a.attname::text from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
    where i.indrelid = c.oid and i.indisprimary
  ) as "primaryKey",
  array(
    select a.attname::text from pg_constraint f
    join pg_attribute a on a.attrelid = c.oid and a.attnum = f.conkey[1]
    where f.conrelid = c.oid and f.contype = 'f' and f.confrelid = $1::regclass and cardinality(f.conkey) = 1
    order by a.attnum
  ) as "userColumns"
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and not c.relispartition
  and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'
  and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
order by 1`;

/**
 * Finds the tables whose rows belong to a user, by a foreign key to the table of users or by a column named for them.
 *
 * @param root sees the whole catalogue
 * @param role what the users' statements run as; tables it has no right on are out of reach
 */
export async function findOwnedTables(
  root: Actor,
  {
    usersTable,
    role,
    ownerColumns,
  }: { usersTable: string; role: string; ownerColumns: Record<string, string> },
): Promise<TableSurvey> {
  const { rows } = await root.query<TableRow>(TABLES, [usersTable, role]);
  const known = new Set(rows.map(({ table }) => table));
  const unknown = Object.keys(ownerColumns).find((table) => !known.has(table));
  if (unknown) throw new Error(`crossTenant: there is no table ${unknown}`);

  const survey: TableSurvey = { owned: [], notCovered: [], outOfReach: [] };
  for (const { table, isReachable, primaryKey, userColumns } of rows) {
    const ownerColumn =
      ownerColumns[table] ??
      (table === usersTable ? primaryKey[0] : undefined) ??
      USUAL_NAMES.find((name) => userColumns.includes(name)) ??
      userColumns[0];
    if (!isReachable) survey.outOfReach.push(table);
    else if (ownerColumn) survey.owned.push({ table, ownerColumn, userColumns });
    else
      survey.notCovered.push({
        table,
        reason: `no foreign key to ${usersTable}; name its column in ownerColumns`,
      });
  }
  return survey;
}

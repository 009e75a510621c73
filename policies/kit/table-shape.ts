import type pg from 'pg';

/** A column as one who fills it needs to know it. */
export type ColumnShape = {
  name: string;
  /** The type as PostgreSQL writes it, a domain's base type for a domain. */
  type: string;
  /** The labels of an enum; null for other types. */
  labels: string[] | null;
  isArray: boolean;
  /** Not null, and nothing fills it by itself. */
  isRequired: boolean;
  /** Generated or an identity: not to be given. */
  isGenerated: boolean;
};

export type ForeignKey = { columns: string[]; table: string; referenced: string[] };

export type TableShape = {
  /** Qualified and quoted where it must be. */
  table: string;
  columns: ColumnShape[];
  foreignKeys: ForeignKey[];
  primaryKey: string[];
  /** Check constraints by name, with the columns they read. */
  checks: Record<string, string[]>;
};

const COLUMNS = `
select
  a.attname as name,
  format_type(base.oid, null) as type,
  (select array_agg(e.enumlabel::text order by e.enumsortorder) from pg_enum e where e.enumtypid = base.oid) as labels,
  base.typcategory = 'A' as "isArray",
  (a.attnotnull or domain.typnotnull) and not a.atthasdef and domain.typdefault is null and a.attidentity = '' as "isRequired",
  a.attgenerated <> '' or a.attidentity = 'a' as "isGenerated"
from pg_attribute a
join pg_type domain on domain.oid = a.atttypid
join pg_type base on base.oid = case domain.typtype when 'd' then domain.typbasetype else domain.oid end
where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped
order by a.attnum`;

const CONSTRAINTS = `
select
  c.conname as name,
  c.contype as kind,
  c.confrelid::regclass::text as "references",
  array(
    select a.attname::text from unnest(c.conkey) with ordinality k (attnum, position)
    join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.attnum order by k.position
  ) as columns,
  array(
    select a.attname::text from unnest(c.confkey) with ordinality k (attnum, position)
    join pg_attribute a on a.attrelid = c.confrelid and a.attnum = k.attnum order by k.position
  ) as referenced
from pg_constraint c
where c.conrelid = $1::regclass and c.contype in ('c', 'f', 'p')
order by c.conname`;

type ConstraintRow = {
  name: string;
  kind: string;
  references: string;
  columns: string[];
  referenced: string[];
};

/**
 * Reads a table's columns and constraints.
 *
 * @throws an error of PostgreSQL (42P01) for a table that is not there
 */
export async function readTableShape(client: pg.Client, table: string): Promise<TableShape> {
  const { rows: columns } = await client.query<ColumnShape>(COLUMNS, [table]);
  const { rows: constraints } = await client.query<ConstraintRow>(CONSTRAINTS, [table]);
  const ofKind = (kind: string) => constraints.filter((constraint) => constraint.kind === kind);
  return {
    table,
    columns,
    foreignKeys: ofKind('f').map(({ columns: own, references, referenced }) => ({
      columns: own,
      table: references,
      referenced,
    })),
    primaryKey: ofKind('p')[0]?.columns ?? [],
    checks: Object.fromEntries(ofKind('c').map(({ name, columns: read }) => [name, read])),
  };
}

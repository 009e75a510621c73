import type { Actor } from './actors.ts';

/**
 * Objects outside PostgreSQL's own schemas. In the three schemas of the project a privilege counts even where usage of
 * the schema is missing; elsewhere (graphile_worker …) a missing usage is the protection.
 */
const REACH = `
with schemas as (
  select oid, nspname as name from pg_namespace
  where nspname !~ '^pg_' and nspname <> 'information_schema'
), judged as (
  select * from schemas
  where name in ('app_public', 'app_hidden', 'app_private') or has_schema_privilege($1::name, oid, 'usage')
), relations as (
  select c.oid, c.relkind, format('%I.%I', judged.name, c.relname) as name
  from pg_class c join judged on judged.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
), table_privileges as (
  select relations.*, privilege
  from relations, unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) privilege
  where case when relkind <> 'S' then has_table_privilege($1::name, oid, privilege) end
), column_privileges as (
  select relations.name, attname, privilege
  from relations
  join pg_attribute on attrelid = oid and attnum > 0 and not attisdropped,
    unnest(array['select', 'insert', 'update', 'references']) privilege
  where case when relkind <> 'S' then has_column_privilege($1::name, oid, attnum, privilege) end
    and (name, privilege) not in (select name, privilege from table_privileges)
), functions as (
  select p.oid, extname
  from pg_proc p
  join judged on judged.oid = p.pronamespace
  left join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
  left join pg_extension e on e.oid = d.refobjid
  where has_function_privilege($1::name, p.oid, 'execute')
)
select format('database: %s', privilege) as line
from unnest(array['connect', 'create', 'temporary']) privilege
where has_database_privilege($1::name, current_database(), privilege)
union all
select format('schema %s: %s', name, privilege) from schemas, unnest(array['usage', 'create']) privilege
where has_schema_privilege($1::name, oid, privilege)
union all
select format('table %s: %s', name, string_agg(privilege, ', ' order by privilege)) from table_privileges group by name
union all
select format('columns %s (%s): %s', name, string_agg(attname, ', ' order by attname), privilege)
from column_privileges group by name, privilege
union all
select format('sequence %s', name) from relations
where case relkind when 'S' then has_sequence_privilege($1::name, oid, 'usage, select, update') end
union all
select distinct coalesce('functions of extension ' || extname, 'function ' || oid::regprocedure) from functions
order by line`;

/** Everything that a role can reach in this database, directly or as a member of another: one line each, sorted. */
export async function reachOf(role: string, owner: Actor): Promise<string[]> {
  const { rows } = await owner.query<{ line: string }>(REACH, [role]);
  return rows.map(({ line }) => line).sort();
}

/** What `\dt`, `\d TABLE` and `\dp TABLE` ask the catalogue. `$1` is the table, with or without its schema. */
const TABLE = `coalesce(to_regclass($1), to_regclass('app_public.' || $1))`;

export const IS_THERE = `select where ${TABLE} is not null`;

export const TABLES = `
select n.nspname as schema, c.relname as table, c.relrowsecurity as rls,
  (select count(*) from pg_policy where polrelid = c.oid) as policies, obj_description(c.oid, 'pg_class') as comment
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm') and n.nspname in ('app_public', 'app_hidden', 'app_private')
order by n.nspname desc, c.relname`;

export const COLUMNS = `
select a.attname as column, format_type(a.atttypid, a.atttypmod) as type,
  case when a.attnotnull then 'not null' else '' end as null, coalesce(pg_get_expr(d.adbin, d.adrelid), '') as default
from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
where a.attrelid = ${TABLE} and a.attnum > 0 and not a.attisdropped
order by a.attnum`;

export const CONSTRAINTS = `
select conname as "constraint or index", pg_get_constraintdef(oid) as definition
from pg_constraint where conrelid = ${TABLE} and contype <> 'n'
union all
select indexrelid::regclass::text, regexp_replace(pg_get_indexdef(indexrelid), '^.* USING ', 'index using ')
from pg_index where indrelid = ${TABLE} and not exists (select from pg_constraint where conindid = indexrelid)
order by 1`;

export const POLICIES = `
select polname as policy,
  case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end
    || case when polpermissive then '' else ', restrictive' end as command,
  array_to_string(array(select case role when 0 then 'public' else role::regrole::text end from unnest(polroles) role), ', ') as roles,
  coalesce(pg_get_expr(polqual, polrelid), '') as using, coalesce(pg_get_expr(polwithcheck, polrelid), '') as "with check"
from pg_policy where polrelid = ${TABLE} order by polcmd, polname`;

export const GRANTS = `
select role, command, columns from (
  select acl.grantee::regrole::text as role, lower(acl.privilege_type) as command, 'all' as columns
  from pg_class c, aclexplode(c.relacl) acl where c.oid = ${TABLE} and acl.grantee not in (0, c.relowner)
  union all
  select acl.grantee::regrole::text, lower(acl.privilege_type), string_agg(a.attname, ', ' order by a.attnum)
  from pg_attribute a, aclexplode(a.attacl) acl where a.attrelid = ${TABLE} group by 1, 2
) grants order by role, command`;

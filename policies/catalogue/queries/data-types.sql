-- $1: names of schemas. Enums, domains and ranges; what belongs to an extension is the extension's business.
select
  format('%I.%I', nspname, typname) as name,
  nspname::text as schema,
  typname::text as "ownName",
  format('%s %I.%I', case typtype when 'd' then 'domain' else 'type' end, nspname, typname) as label,
  obj_description(pg_type.oid, 'pg_type') as comment,
  case typtype when 'e' then array(
    select enumlabel::text from pg_enum where enumtypid = pg_type.oid order by enumsortorder
  ) end as "enumLabels"
from pg_type
join pg_namespace on pg_namespace.oid = typnamespace
where nspname = any($1) and typtype in ('d', 'e', 'r')
  and not exists (
    select from pg_depend
    where classid = 'pg_type'::regclass and objid = pg_type.oid and deptype = 'e'
  )
order by nspname, typname;

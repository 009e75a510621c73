-- Those that the system, an extension or PostGraphile's helpers own are theirs to look after.
select nspname::text as name
from pg_namespace
where not starts_with(nspname, 'pg_')
  and nspname <> 'information_schema'
  and not starts_with(nspname, 'graphile_')
  and not exists (
    select from pg_depend
    where classid = 'pg_namespace'::regclass and objid = pg_namespace.oid and deptype = 'e'
  )
order by nspname;

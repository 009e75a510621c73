-- $1: names of schemas. Whether one of them holds a table, view or function that no extension has brought.
select exists (
  select from pg_class
  where relnamespace in (select oid from pg_namespace where nspname = any($1)) and relkind in ('r', 'p', 'v', 'm', 'f')
    and not exists (
      select from pg_depend where classid = 'pg_class'::regclass and objid = pg_class.oid and deptype = 'e'
    )
  union all
  select from pg_proc
  where pronamespace in (select oid from pg_namespace where nspname = any($1))
    and not exists (
      select from pg_depend where classid = 'pg_proc'::regclass and objid = pg_proc.oid and deptype = 'e'
    )
) as has_objects;

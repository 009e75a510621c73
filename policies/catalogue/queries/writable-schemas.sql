-- $1: names of the roles looked at. A session's temporary schema is its own.
select nspname::text as name
from pg_namespace
where not starts_with(nspname, 'pg_temp') and not starts_with(nspname, 'pg_toast')
  and exists (
    select from unnest($1::text[]) as asked (role)
    join pg_roles on rolname = role
    where not rolsuper and has_schema_privilege(role, pg_namespace.oid, 'create')
  )
order by nspname;

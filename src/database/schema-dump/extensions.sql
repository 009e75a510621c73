-- Without the version, which depends on the server and not on the migrations.
select 'extension' as section, quote_ident(e.extname) as home, 'definition' as part, '' as name,
  format('create extension %I with schema %I;', e.extname, n.nspname) as sql
from pg_extension e
join pg_namespace n on n.oid = e.extnamespace

-- $1: oids of relations.
select
  polrelid::integer as relation,
  polname::text as name,
  format('policy %I on %s', polname, polrelid::regclass) as label,
  case polcmd
    when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all'
  end as command,
  polpermissive as "isPermissive",
  array(
    select case role when 0 then 'public' else pg_get_userbyid(role)::text end
    from unnest(polroles) with ordinality as named (role, place)
    order by 1
  ) as roles,
  pg_get_expr(polqual, polrelid) as using_text,
  polqual::text as using_tree,
  pg_get_expr(polwithcheck, polrelid) as check_text,
  polwithcheck::text as check_tree
from pg_policy
where polrelid = any($1)
order by polrelid, polname;

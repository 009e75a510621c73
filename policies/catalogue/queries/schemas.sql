-- $1: names of schemas, $2: names of the roles looked at.
select
  nspname::text as name,
  format('schema %I', nspname) as label,
  pg_get_userbyid(nspowner)::text as owner,
  (
    select coalesce(json_agg(json_build_object(
      'grantee', coalesce(grantee.rolname, 'public'), 'privilege', lower(privilege_type)
    ) order by grantee.rolname, privilege_type), '[]')
    from aclexplode(coalesce(nspacl, acldefault('n', nspowner))) as acl
    left join pg_roles as grantee on grantee.oid = acl.grantee
    where acl.grantee <> nspowner
  ) as grants,
  array(
    select role from unnest($2::text[]) with ordinality as asked (role, place)
    where has_schema_privilege(role, pg_namespace.oid, 'usage')
    order by place
  ) as "usableBy",
  array(
    select role from unnest($2::text[]) with ordinality as asked (role, place)
    where has_schema_privilege(role, pg_namespace.oid, 'create')
    order by place
  ) as "creatableBy"
from pg_namespace
where nspname = any($1)
order by nspname;

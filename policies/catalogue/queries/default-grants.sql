select
  pg_get_userbyid(defaclrole)::text as owner,
  nspname::text as schema,
  case defaclobjtype when 'r' then 'tables' else 'functions' end as objects,
  (
    select coalesce(json_agg(json_build_object(
      'grantee', coalesce(grantee.rolname, 'public'), 'privilege', lower(privilege_type)
    ) order by grantee.rolname, privilege_type), '[]')
    from aclexplode(defaclacl) as acl
    left join pg_roles as grantee on grantee.oid = acl.grantee
    where acl.grantee <> defaclrole
  ) as grants
from pg_default_acl
left join pg_namespace on pg_namespace.oid = defaclnamespace
where defaclobjtype in ('r', 'f')
order by owner, schema nulls first, objects;

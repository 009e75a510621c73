-- $1: oids of relations.
select
  attrelid::integer as relation,
  attnum as number,
  attname::text as name,
  format('column %I.%I.%I', nspname, relname, attname) as label,
  format_type(atttypid, atttypmod) as type,
  attnotnull as "isNotNull",
  case when attgenerated = '' then pg_get_expr(adbin, adrelid) end as default,
  attgenerated <> '' or attidentity = 'a' as "isGenerated",
  col_description(attrelid, attnum) as comment,
  (
    select coalesce(json_agg(json_build_object(
      'grantee', coalesce(grantee.rolname, 'public'), 'privilege', lower(privilege_type)
    ) order by grantee.rolname, privilege_type), '[]')
    from aclexplode(attacl) as acl
    left join pg_roles as grantee on grantee.oid = acl.grantee
    where acl.grantee <> relowner
  ) as grants
from pg_attribute
join pg_class on pg_class.oid = attrelid
join pg_namespace on pg_namespace.oid = relnamespace
left join pg_attrdef on adrelid = attrelid and adnum = attnum
where attrelid = any($1) and attnum > 0 and not attisdropped and relkind <> 'S'
order by attrelid, attnum;

with defaults as (
  select d.*, s.schema, r.role,
    case d.defaclobjtype
      when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions'
      when 'T' then 'types' when 'n' then 'schemas' else 'large objects'
    end as kind,
    concat(
      'alter default privileges',
      case when d.defaclrole <> (select oid from database_owner) then ' for role ' || r.role end,
      ' in schema ' || s.schema
    ) as opening,
    -- An entry for one schema adds to the built-in privileges; one without a schema stands in their place.
    acldefault(case when d.defaclobjtype = 'S' then 's'::"char" else d.defaclobjtype end, d.defaclrole) as built_in
  from pg_default_acl d
  left join schemas s on s.oid = d.defaclnamespace
  left join roles r on r.oid = d.defaclrole
  where d.defaclnamespace = 0 or s.oid is not null
),
granted as (
  select d.oid, x.grantee, x.privilege_type, bool_or(x.is_grantable) as is_grantable
  from defaults d, aclexplode(d.defaclacl) x
  where x.grantee <> d.defaclrole
  group by 1, 2, 3
),
built_in as (
  select d.oid, x.grantee, x.privilege_type
  from defaults d, aclexplode(d.built_in) x
  where d.defaclnamespace = 0 and x.grantee <> d.defaclrole
)
select case when schema is null then 'default privileges' else 'schema' end as section,
  coalesce(schema, '') as home, 'default privileges' as part, name, sql
from (
  select d.schema, d.kind || ' ' || r.role as name,
    format('%s grant %s on %s to %s%s;', d.opening,
      case when d.defaclobjtype = 'r' and count(*) = (select number from every_table_privilege) then 'all'
        else string_agg(lower(g.privilege_type), ', ' order by array_position(
          array['USAGE', 'SELECT', 'INSERT', 'UPDATE', 'DELETE'], g.privilege_type), g.privilege_type) end,
      d.kind, r.role, case when g.is_grantable then ' with grant option' end) as sql
  from defaults d
  join granted g on g.oid = d.oid
  join roles r on r.oid = g.grantee
  where not exists (
    select from built_in b
    where b.oid = g.oid and b.grantee = g.grantee and b.privilege_type = g.privilege_type and not g.is_grantable
  )
  group by d.schema, d.kind, d.opening, d.defaclobjtype, r.role, g.is_grantable

  union all
  select d.schema, d.kind || ' ' || r.role,
    format('%s revoke %s on %s from %s;', d.opening, lower(b.privilege_type), d.kind, r.role)
  from defaults d
  join built_in b on b.oid = d.oid
  join roles r on r.oid = b.grantee
  where not exists (
    select from granted g where g.oid = b.oid and g.grantee = b.grantee and g.privilege_type = b.privilege_type
  )
) statements

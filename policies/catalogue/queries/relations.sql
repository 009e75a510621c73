-- $1: names of schemas, $2: names of the roles looked at. What belongs to an extension is the extension's business.
select
  class.oid::integer as oid,
  format('%I.%I', nspname, relname) as name,
  nspname::text as schema,
  relname::text as "ownName",
  format('%s %I.%I', kind.name, nspname, relname) as label,
  kind.name as kind,
  pg_get_userbyid(relowner)::text as owner,
  relpersistence = 'u' as "isUnlogged",
  relrowsecurity as "hasRls",
  relforcerowsecurity as "forcesRls",
  exists (
    select from pg_options_to_table(reloptions)
    where option_name = 'security_invoker' and option_value::boolean
  ) as "isSecurityInvoker",
  array(
    select format('%I.%I', parent_schema.nspname, parent.relname)
    from pg_inherits
    join pg_class as parent on parent.oid = inhparent
    join pg_namespace as parent_schema on parent_schema.oid = parent.relnamespace
    where inhrelid = class.oid
    order by inhseqno
  ) as parents,
  obj_description(class.oid, 'pg_class') as comment,
  (
    select coalesce(json_agg(json_build_object(
      'grantee', coalesce(grantee.rolname, 'public'), 'privilege', lower(privilege_type)
    ) order by grantee.rolname, privilege_type), '[]')
    from aclexplode(
      coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))
    ) as acl
    left join pg_roles as grantee on grantee.oid = acl.grantee
    where acl.grantee <> relowner
  ) as grants,
  (
    select coalesce(json_agg(json_build_object(
      'role', role, 'privilege', privilege, 'columns', case when whole then '"all"' else columns end
    ) order by role_place, privilege_place), '[]')
    from unnest($2::text[]) with ordinality as asked (role, role_place)
    cross join unnest(
      case relkind
        when 'S' then array['usage', 'select', 'update']
        else array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']
      end
    ) with ordinality as possible (privilege, privilege_place)
    cross join lateral (
      select case relkind
        when 'S' then has_sequence_privilege(role, class.oid, privilege)
        else has_table_privilege(role, class.oid, privilege)
      end as whole
    ) as table_right
    cross join lateral (
      select json_agg(attname order by attnum) as columns
      from pg_attribute
      where not whole and relkind <> 'S' and privilege in ('select', 'insert', 'update', 'references')
        and attrelid = class.oid and attnum > 0 and not attisdropped
        and has_column_privilege(role, class.oid, attnum, privilege)
    ) as column_rights
    where whole or columns is not null
  ) as rights
from pg_class as class
join pg_namespace on pg_namespace.oid = relnamespace
join (
  values ('r', 'table'), ('p', 'partitioned table'), ('v', 'view'), ('m', 'materialized view'),
    ('f', 'foreign table'), ('S', 'sequence')
) as kind (letter, name) on letter = relkind::text
where nspname = any($1)
  and not exists (
    select from pg_depend
    where classid = 'pg_class'::regclass and objid = class.oid and deptype = 'e'
  )
order by nspname, relname;

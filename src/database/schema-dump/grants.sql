-- Null privileges mean the built-in ones. They are written out, because for a function they let
-- everybody execute it. Left out: what an owner has by owning, and `usage` on a type, which public
-- has unless the dump says revoke.
with grants as (
  select o.section, o.home, o.identity, o.kind, x.grantee, x.privilege_type, bool_or(x.is_grantable) as is_grantable,
    case
      when o.kind in ('table', 'foreign table', 'view', 'materialized view') then ''
      when o.kind = 'aggregate' then 'function '
      else o.kind || ' '
    end as keyword
  from objects o, aclexplode(coalesce(o.acl, o.default_acl)) x
  where x.grantee <> o.owner
  group by o.section, o.home, o.identity, o.kind, x.grantee, x.privilege_type
),
column_grants as (
  select o.section, o.home, o.identity, a.attname, a.attnum, x.grantee, x.privilege_type,
    bool_or(x.is_grantable) as is_grantable
  from objects o
  join pg_attribute a on o.class = 'pg_class'::regclass and a.attrelid = o.oid and not a.attisdropped
  cross join aclexplode(a.attacl) x
  where x.grantee <> o.owner
  group by o.section, o.home, o.identity, a.attname, a.attnum, x.grantee, x.privilege_type
)
select g.section, g.home, 'grant' as part, r.role as name,
  format('grant %s on %s%s to %s%s;',
    case when g.keyword = '' and count(*) = (select number from every_table_privilege) then 'all'
      else string_agg(lower(g.privilege_type), ', ' order by array_position(
        array['USAGE', 'SELECT', 'INSERT', 'UPDATE', 'DELETE'], g.privilege_type), g.privilege_type) end,
    g.keyword, g.identity, r.role, case when g.is_grantable then ' with grant option' end) as sql
from grants g
join roles r on r.oid = g.grantee
where not (g.kind = 'type' and g.grantee = 0)
group by g.section, g.home, g.identity, g.keyword, g.is_grantable, r.role

union all
select g.section, g.home, 'grant', r.role,
  format('grant %s (%s) on %s to %s%s;', lower(g.privilege_type),
    string_agg(quote_ident(g.attname), ', ' order by g.attnum), g.identity, r.role,
    case when g.is_grantable then ' with grant option' end)
from column_grants g
join roles r on r.oid = g.grantee
group by g.section, g.home, g.identity, g.privilege_type, g.is_grantable, r.role

union all
select o.section, o.home, 'grant', '', format('revoke usage on type %s from public;', o.identity)
from objects o
where o.kind = 'type' and o.acl is not null
  and not exists (select from aclexplode(o.acl) x where x.grantee = 0)

-- pg_has_role: `usage` is having a role's rights, `set` (before 16: `member`) is being able to take the role.
select
  rolname::text as name,
  rolsuper as "isSuperuser",
  rolbypassrls as "bypassesRls",
  rolcanlogin as "canLogin",
  array(
    select other.rolname::text from pg_roles as other
    where pg_has_role(pg_roles.oid, other.oid, 'usage')
    order by other.rolname
  ) as has,
  array(
    select other.rolname::text from pg_roles as other
    where pg_has_role(
      pg_roles.oid,
      other.oid,
      case when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end
    )
    order by other.rolname
  ) as "canBecome"
from pg_roles
order by rolname;

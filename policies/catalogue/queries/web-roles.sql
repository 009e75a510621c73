-- $1: names of schemas. Roles to which something is granted there, by an object's grants, by a policy, or through membership.
with acls as (
  select nspacl as acl, nspowner as owner, oid as schema from pg_namespace
  union all select relacl, relowner, relnamespace from pg_class
  union all select attacl, relowner, relnamespace from pg_attribute join pg_class on pg_class.oid = attrelid
  union all select proacl, proowner, pronamespace from pg_proc
), grantees as (
  select grantee from acls, aclexplode(acl)
  where grantee <> owner and schema in (select oid from pg_namespace where nspname = any($1))
  union
  select unnest(polroles) from pg_policy join pg_class on pg_class.oid = polrelid
  where relnamespace in (select oid from pg_namespace where nspname = any($1))
)
select rolname::text as name
from pg_roles as role
where not rolsuper and not starts_with(rolname, 'pg_')
  and (
    oid in (select grantee from grantees)
    -- Membership gives the same rights; an owner that happens to be a member does not serve requests for that.
    or exists (select from grantees join pg_roles as granted on granted.oid = grantee where pg_has_role(role.oid, grantee, 'usage'))
    and oid not in (select owner from acls where schema in (select oid from pg_namespace where nspname = any($1)))
  )
order by rolname;

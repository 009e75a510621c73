-- $1: names of schemas, $2: names of the roles looked at, $3: oids of further routines, those that policies call.
select
  proc.oid::integer as oid,
  format('%I.%I(%s)', nspname, proname, types) as name,
  nspname::text as schema,
  proname::text as "ownName",
  format('%s %I.%I(%s)', kind, nspname, proname, types) as label,
  kind,
  arguments,
  pg_get_userbyid(proowner)::text as owner,
  lanname::text as language,
  prosecdef as "isDefiner",
  case provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end as volatility,
  proisstrict as "isStrict",
  proretset as "returnsSet",
  pronargdefaults as "defaultCount",
  prorettype in ('trigger'::regtype, 'event_trigger'::regtype) as "isTrigger",
  coalesce(proconfig, '{}') as settings,
  coalesce(pg_get_function_sqlbody(proc.oid), prosrc) as body,
  obj_description(proc.oid, 'pg_proc') as comment,
  (
    select coalesce(json_agg(json_build_object(
      'grantee', coalesce(grantee.rolname, 'public'), 'privilege', lower(privilege_type)
    ) order by grantee.rolname), '[]')
    from aclexplode(coalesce(proacl, acldefault('f', proowner))) as acl
    left join pg_roles as grantee on grantee.oid = acl.grantee
    where acl.grantee <> proowner
  ) as grants,
  array(
    select role from unnest($2::text[]) with ordinality as asked (role, place)
    where has_function_privilege(role, proc.oid, 'execute')
    order by place
  ) as "executableBy"
from pg_proc as proc
join pg_namespace on pg_namespace.oid = pronamespace
join pg_language on pg_language.oid = prolang
cross join lateral (select case prokind when 'p' then 'procedure' else 'function' end as kind) as kinds
cross join lateral (
  select coalesce(string_agg(format_type(type, null), ', ' order by place), '') as types
  from unnest(proargtypes) with ordinality as argument (type, place)
) as signature
cross join lateral (
  select coalesce(string_agg(
    concat_ws(' ', case mode when 'v' then 'variadic' end, nullif(name, ''), format_type(type, null)),
    ', ' order by place
  ), '') as arguments
  from unnest(coalesce(proallargtypes, proargtypes::oid[]), proargmodes, proargnames)
    with ordinality as argument (type, mode, name, place)
  where coalesce(mode, 'i') in ('i', 'b', 'v')
) as call
where proc.oid = any($3)
  or nspname = any($1) and not exists (
    select from pg_depend
    where classid = 'pg_proc'::regclass and objid = proc.oid and deptype = 'e'
  )
order by nspname, proname, types;

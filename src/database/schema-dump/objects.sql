-- Which objects are dumped, and how each is named. The other queries of this folder read from these, for all
-- of them are sent as one. $1 is the list of schemas. `home` is the object that a statement is printed with.
with
  schemas as (
    select oid, quote_ident(nspname) as schema, nspowner, nspacl
    from pg_namespace
    where nspname = any ($1::text[])
  ),

  -- The owner of the database has another name in each deployment, so it never appears by that name.
  database_owner as (
    select datdba as oid from pg_database where datname = current_database()
  ),
  roles as (
    select 0::oid as oid, 'public' as role
    union all
    select r.oid, case when r.oid = o.oid then 'pg_database_owner' else quote_ident(r.rolname) end
    from pg_roles r, database_owner o
  ),

  -- PostgreSQL 17 added `maintain`, so every privilege on a table reads `all`, with and without it.
  every_table_privilege as (
    select count(*) as number from database_owner o, aclexplode(acldefault('r', o.oid))
  ),

  extension_members as (
    select classid, objid from pg_depend where deptype = 'e'
  ),

  owned_sequences as (
    select objid as oid, refobjid as table_oid, refobjsubid as attnum, deptype = 'i' as is_identity
    from pg_depend
    where classid = 'pg_class'::regclass and refclassid = 'pg_class'::regclass
      and refobjsubid > 0 and deptype in ('a', 'i')
  ),
  -- Only what differs from `create sequence` without options.
  sequence_options as (
    select seqrelid as oid, format_type(seqtypid, null) as type,
      concat_ws(' ',
        case when seqstart <> 1 then 'start with ' || seqstart end,
        case when seqincrement <> 1 then 'increment by ' || seqincrement end,
        case when seqmin <> 1 then 'minvalue ' || seqmin end,
        case when seqmax <> case seqtypid
            when 'smallint'::regtype then 32767
            when 'integer'::regtype then 2147483647
            else 9223372036854775807
          end then 'maxvalue ' || seqmax end,
        case when seqcache <> 1 then 'cache ' || seqcache end,
        case when seqcycle then 'cycle' end
      ) as options
    from pg_sequence
  ),

  relations as (
    select c.*, s.schema, format('%s.%I', s.schema, c.relname) as identity
    from pg_class c
    join schemas s on s.oid = c.relnamespace
    where not exists (
      select from extension_members e where e.classid = 'pg_class'::regclass and e.objid = c.oid
    )
  ),
  types as (
    select t.*, format('%s.%I', s.schema, t.typname) as identity
    from pg_type t
    join schemas s on s.oid = t.typnamespace
    left join pg_class c on c.oid = t.typrelid
    where t.typtype in ('b', 'c', 'd', 'e', 'r')
      and (c.oid is null or c.relkind = 'c')
      and not exists (select from pg_type element where element.typarray = t.oid)
      and not exists (
        select from extension_members e where e.classid = 'pg_type'::regclass and e.objid = t.oid
      )
  ),
  functions as (
    select p.*, format('%s.%I(%s)', s.schema, p.proname,
      case when p.prokind = 'a' then coalesce(nullif(pg_get_function_identity_arguments(p.oid), ''), '*')
        else oidvectortypes(p.proargtypes) end
    ) as identity
    from pg_proc p
    join schemas s on s.oid = p.pronamespace
    where not exists (
      select from extension_members e where e.classid = 'pg_proc'::regclass and e.objid = p.oid
    )
      -- A range type makes its own constructors.
      and not exists (
        select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'i'
      )
  ),

  -- Whatever has an owner and privileges of its own.
  objects as (
    select 'pg_namespace'::regclass as class, oid, 'schema' as section, schema as home, schema as identity,
      'schema' as kind, nspowner as owner, nspacl as acl, acldefault('n', nspowner) as default_acl
    from schemas

    union all
    select 'pg_class'::regclass, r.oid,
      case when r.relkind in ('v', 'm') then 'view' when r.relkind = 'S' and t.oid is null then 'sequence' else 'table' end,
      coalesce(t.identity, r.identity), r.identity,
      case r.relkind
        when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence'
        when 'f' then 'foreign table' else 'table'
      end,
      r.relowner, r.relacl, acldefault(case when r.relkind = 'S' then 's'::"char" else 'r'::"char" end, r.relowner)
    from relations r
    left join owned_sequences o on o.oid = r.oid and r.relkind = 'S'
    left join relations t on t.oid = o.table_oid
    where r.relkind in ('r', 'p', 'f', 'v', 'm', 'S')

    union all
    select 'pg_type'::regclass, oid, 'type', identity, identity, 'type', typowner, typacl, acldefault('T', typowner)
    from types

    union all
    select 'pg_proc'::regclass, oid, 'function', identity, identity,
      case prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end,
      proowner, proacl, acldefault('f', proowner)
    from functions
  )

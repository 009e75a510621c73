with columns as (
  select a.attrelid, a.attnum, a.attname, a.attislocal, d.expression, a.attgenerated,
    format_type(a.atttypid, a.atttypmod) as type,
    concat(
      case when a.attcollation <> t.typcollation then ' collate ' || a.attcollation::regcollation end,
      case a.attgenerated
        when 's' then format(' generated always as (%s) stored', d.expression)
        when 'v' then format(' generated always as (%s) virtual', d.expression)
        else ' default ' || d.expression
      end,
      case when a.attnotnull then ' not null' end
    ) as modifiers,
    -- Kept apart: from PostgreSQL 17 on a partition inherits its parent's identity.
    case when a.attidentity <> '' then concat(
      ' generated ', case a.attidentity when 'a' then 'always' else 'by default' end, ' as identity',
      ' (' || nullif(s.options, '') || ')'
    ) end as identity
  from relations r
  join pg_attribute a on a.attrelid = r.oid
  join pg_type t on t.oid = a.atttypid
  left join lateral (
    select pg_get_expr(adbin, adrelid) as expression from pg_attrdef where adrelid = a.attrelid and adnum = a.attnum
  ) d on true
  left join owned_sequences o on o.table_oid = a.attrelid and o.attnum = a.attnum and o.is_identity
  left join sequence_options s on s.oid = o.oid
  where r.relkind in ('r', 'p', 'f', 'v') and a.attnum > 0 and not a.attisdropped
),
parents as (
  select inhrelid, string_agg(inhparent::regclass::text, ', ' order by inhseqno) as names, min(inhparent) as first
  from pg_inherits
  group by inhrelid
),
bodies as (
  select r.oid, string_agg(
    case when r.relispartition then format('  %I with options%s', c.attname, c.modifiers)
      else format('  %I %s%s%s', c.attname, c.type, c.modifiers, c.identity) end,
    E',\n' order by c.attnum) as body
  from relations r
  join columns c on c.attrelid = r.oid
  left join parents p on p.inhrelid = r.oid
  -- A partition lists only the columns that it defines otherwise than its parent.
  left join columns pc on r.relispartition and pc.attrelid = p.first and pc.attname = c.attname
  where case when r.relispartition then pc.modifiers is distinct from c.modifiers else c.attislocal end
  group by r.oid
)
select 'table' as section, r.identity as home, 'definition' as part, '' as name,
  concat(
    'create ', case r.relpersistence when 'u' then 'unlogged ' end,
    case r.relkind when 'f' then 'foreign ' end, 'table ', r.identity,
    case when r.relispartition then ' partition of ' || p.names end,
    case when b.body is not null then E' (\n' || b.body || E'\n)' when not r.relispartition then ' ()' end,
    case when r.relispartition then ' ' || pg_get_expr(r.relpartbound, r.oid) else ' inherits (' || p.names || ')' end,
    case when r.relkind = 'p' then ' partition by ' || pg_get_partkeydef(r.oid) end,
    ' server ' || quote_ident(f.srvname), ' options (' || f.options || ')',
    ' with (' || (select string_agg(option, ', ' order by option) from unnest(r.reloptions) option) || ')',
    ';'
  ) as sql
from relations r
left join bodies b on b.oid = r.oid
left join parents p on p.inhrelid = r.oid
left join lateral (
  select s.srvname, (
    select string_agg(format('%I %L', option_name, option_value), ', ' order by option_name)
    from pg_options_to_table(ft.ftoptions)
  ) as options
  from pg_foreign_table ft
  join pg_foreign_server s on s.oid = ft.ftserver
  where ft.ftrelid = r.oid
) f on true
where r.relkind in ('r', 'p', 'f')

union all
select 'table', r.identity, 'storage', '', format('alter table %s replica identity %s;', r.identity,
  case r.relreplident when 'f' then 'full' when 'n' then 'nothing' else 'using index ' || (
    select quote_ident(c.relname) from pg_index i join pg_class c on c.oid = i.indexrelid
    where i.indrelid = r.oid and i.indisreplident
  ) end)
from relations r
where r.relkind in ('r', 'p') and r.relreplident <> 'd'

union all
select 'view', r.identity, 'column', c.attname::text,
  format('alter view %s alter column %I set default %s;', r.identity, c.attname, c.expression)
from relations r
join columns c on c.attrelid = r.oid
where r.relkind = 'v' and c.expression is not null

select 'table' as section, r.identity as home, 'row security' as part, '' as name,
  concat(
    'alter table ', r.identity, case when r.relrowsecurity then ' enable' else ' disable' end, ' row level security;',
    case when r.relforcerowsecurity then format(E'\nalter table %s force row level security;', r.identity) end
  ) as sql
from relations r
where r.relkind in ('r', 'p')

union all
select 'table', r.identity, 'policy', p.polname,
  concat(
    format('create policy %I on %s', p.polname, r.identity),
    case when not p.polpermissive then ' as restrictive' end,
    ' for ', case p.polcmd
      when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all'
    end,
    ' to ', (
      select string_agg(roles.role, ', ' order by roles.role collate "C")
      from roles
      where roles.oid = any (p.polroles)
    ),
    E'\n  using (' || pg_get_expr(p.polqual, p.polrelid) || ')',
    E'\n  with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')',
    ';'
  )
from pg_policy p
join relations r on r.oid = p.polrelid

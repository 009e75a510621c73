select 'view' as section, r.identity as home, 'definition' as part, '' as name,
  concat(
    'create ', case r.relkind when 'm' then 'materialized ' end, 'view ', r.identity,
    ' with (' || (select string_agg(option, ', ' order by option) from unnest(r.reloptions) option) || ')',
    ' as'
  ) as sql
from relations r
where r.relkind in ('v', 'm')

union all
select 'view', r.identity, 'view query', '', pg_get_viewdef(r.oid)
from relations r
where r.relkind in ('v', 'm')

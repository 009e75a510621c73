select o.section, o.home, 'index' as part, c.relname as name,
  concat(
    pg_get_indexdef(i.indexrelid), ';',
    -- What a failed `create index concurrently` leaves behind enforces nothing.
    case when not i.indisvalid then ' -- not valid' end
  ) as sql
from pg_index i
join pg_class c on c.oid = i.indexrelid
join objects o on o.class = 'pg_class'::regclass and o.oid = i.indrelid
where not c.relispartition
  and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))

union all
select o.section, o.home, 'statistics', s.stxname, pg_get_statisticsobjdef(s.oid) || ';'
from pg_statistic_ext s
join objects o on o.class = 'pg_class'::regclass and o.oid = s.stxrelid

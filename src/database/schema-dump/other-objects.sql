-- Kinds that are too rare to be rendered are named, so that none is overlooked.
select 'other' as section, '' as home, 'definition' as part, i.type as name,
  format('-- %s %s', i.type, i.identity) as sql
from (
  select 'pg_operator'::regclass as class, oid, oprnamespace as schema from pg_operator
  union all
  select 'pg_opclass'::regclass, oid, opcnamespace from pg_opclass
  union all
  select 'pg_opfamily'::regclass, oid, opfnamespace from pg_opfamily
  union all
  select 'pg_collation'::regclass, oid, collnamespace from pg_collation
  union all
  select 'pg_conversion'::regclass, oid, connamespace from pg_conversion
  union all
  select 'pg_ts_config'::regclass, oid, cfgnamespace from pg_ts_config
  union all
  select 'pg_ts_dict'::regclass, oid, dictnamespace from pg_ts_dict
  union all
  select 'pg_ts_parser'::regclass, oid, prsnamespace from pg_ts_parser
  union all
  select 'pg_ts_template'::regclass, oid, tmplnamespace from pg_ts_template
  union all
  select 'pg_event_trigger'::regclass, e.oid, p.pronamespace
  from pg_event_trigger e
  join pg_proc p on p.oid = e.evtfoid
) x
join schemas s on s.oid = x.schema
cross join pg_identify_object(x.class, x.oid, 0) i
where not exists (select from extension_members e where e.classid = x.class and e.objid = x.oid)

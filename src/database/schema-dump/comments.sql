-- The object's own comment first, then its columns in their order, then the rest by name.
with described as (
  select class, oid, 0 as sub, section, home, '' as name, kind || ' ' || identity as target
  from objects

  union all
  select 'pg_class'::regclass, a.attrelid, a.attnum, o.section, o.home, lpad(a.attnum::text, 5, '0'),
    format('column %s.%I', o.identity, a.attname)
  from pg_attribute a
  join relations r on r.oid = a.attrelid
  join objects o on (o.class, o.oid) in (
    ('pg_class'::regclass, r.oid), ('pg_type'::regclass, case when r.relkind = 'c' then r.reltype end)
  )
  where a.attnum > 0

  union all
  select 'pg_constraint'::regclass, c.oid, 0, o.section, o.home, 'constraint ' || c.conname,
    format('constraint %I on %s%s', c.conname, case when c.contypid <> 0 then 'domain ' end, o.identity)
  from pg_constraint c
  join objects o on (o.class, o.oid) in (('pg_class'::regclass, c.conrelid), ('pg_type'::regclass, c.contypid))

  union all
  select 'pg_class'::regclass, i.indexrelid, 0, o.section, o.home, 'index ' || r.relname, 'index ' || r.identity
  from pg_index i
  join relations r on r.oid = i.indexrelid
  join objects o on o.class = 'pg_class'::regclass and o.oid = i.indrelid

  union all
  select x.class, x.oid, 0, o.section, o.home, x.kind || ' ' || x.name,
    format('%s %I on %s', x.kind, x.name, o.identity)
  from (
    select 'pg_policy'::regclass as class, oid, polrelid as relation, polname as name, 'policy' as kind from pg_policy
    union all
    select 'pg_trigger'::regclass, oid, tgrelid, tgname, 'trigger' from pg_trigger
    union all
    select 'pg_rewrite'::regclass, oid, ev_class, rulename, 'rule' from pg_rewrite
  ) x
  join objects o on o.class = 'pg_class'::regclass and o.oid = x.relation
)
select t.section, t.home, 'comment' as part, t.name, format('comment on %s is %L;', t.target, d.description) as sql
from pg_description d
join described t on t.class = d.classoid and t.oid = d.objoid and t.sub = d.objsubid

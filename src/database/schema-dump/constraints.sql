-- 'n' is a not-null constraint of PostgreSQL 18, which is printed with its column while it is valid;
-- 't' a constraint trigger, printed as a trigger.
select o.section, o.home, 'constraint' as part,
  array_position(array['p', 'u', 'x', 'c', 'f'], c.contype::text) || ' ' || c.conname as name,
  format('alter %s %s add constraint %I %s;', o.kind, o.identity, c.conname, pg_get_constraintdef(c.oid)) as sql
from pg_constraint c
join objects o on o.class = 'pg_class'::regclass and o.oid = c.conrelid
where c.contype <> 't' and (c.contype <> 'n' or not c.convalidated)
  and c.conparentid = 0 and c.conislocal

union all
select 'type', t.identity, 'constraint', c.conname,
  format('alter domain %s add constraint %I %s;', t.identity, c.conname, pg_get_constraintdef(c.oid))
from pg_constraint c
join types t on t.oid = c.contypid
where c.contype <> 'n'

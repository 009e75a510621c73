-- $1: oids of relations. `no action` is what PostgreSQL notes when nothing is said.
select
  conrelid::integer as relation,
  conname::text as name,
  array(
    select attname::text
    from unnest(conkey) with ordinality as key (number, place)
    join pg_attribute on attrelid = conrelid and attnum = number
    order by place
  ) as columns,
  confrelid::regclass::text as references,
  confdeltype <> 'a' as "hasOnDelete",
  pg_get_constraintdef(oid) as definition,
  obj_description(oid, 'pg_constraint') as comment
from pg_constraint
where contype = 'f' and conrelid = any($1) and conparentid = 0
order by conrelid, conname;

-- $1: oids of relations. An index over the rows that have a value serves like one over all.
select
  indrelid::integer as relation,
  relname::text as name,
  array(
    select attname::text
    from unnest(indkey::smallint[]) with ordinality as key (number, place)
    left join pg_attribute on attrelid = indrelid and attnum = number and number <> 0
    where place <= indnkeyatts
    order by place
  ) as columns,
  indpred is not null and pg_get_expr(indpred, indrelid) !~ '^\([^()]+ IS NOT NULL\)$' as "isPartial",
  indisunique as "isUnique",
  exists (select from pg_constraint where conindid = indexrelid and contype = 'u') as "isUniqueConstraint"
from pg_index
join pg_class on pg_class.oid = indexrelid
where indrelid = any($1) and indisvalid
order by indrelid, relname;

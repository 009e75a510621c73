-- An identity's sequence is printed with its column. A serial's stands with the table it belongs to.
select o.section, o.home, case o.section when 'table' then 'sequence' else 'definition' end as part,
  o.identity as name,
  concat(
    'create ', case r.relpersistence when 'u' then 'unlogged ' end, 'sequence ', o.identity,
    case when s.type <> 'bigint' then ' as ' || s.type end,
    ' ' || nullif(s.options, ''),
    ';'
  ) as sql
from objects o
join relations r on r.oid = o.oid
join sequence_options s on s.oid = o.oid
where o.kind = 'sequence'
  and not exists (select from owned_sequences i where i.oid = o.oid and i.is_identity)

union all
select o.section, o.home, 'sequence owner', o.identity,
  format('alter sequence %s owned by %s.%I;', o.identity, o.home, a.attname)
from objects o
join owned_sequences s on s.oid = o.oid and not s.is_identity
join pg_attribute a on a.attrelid = s.table_oid and a.attnum = s.attnum
where o.kind = 'sequence'

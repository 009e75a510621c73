select 'function' as section, p.identity as home, 'definition' as part, '' as name,
  rtrim(pg_get_functiondef(p.oid), E'\n') || ';' as sql
from functions p
where p.prokind <> 'a'

union all
select 'function', p.identity, 'definition', '',
  format('create aggregate %s (%s);', p.identity, concat_ws(', ',
    'sfunc = ' || a.aggtransfn::regproc,
    'stype = ' || format_type(a.aggtranstype, null),
    case when a.aggfinalfn <> 0 then 'finalfunc = ' || a.aggfinalfn::regproc end,
    case when a.aggcombinefn <> 0 then 'combinefunc = ' || a.aggcombinefn::regproc end,
    case when a.aggsortop <> 0 then 'sortop = ' || a.aggsortop::regoperator end,
    'initcond = ' || quote_literal(a.agginitval),
    case p.proparallel when 's' then 'parallel = safe' when 'r' then 'parallel = restricted' end
  ))
from functions p
join pg_aggregate a on a.aggfnoid = p.oid

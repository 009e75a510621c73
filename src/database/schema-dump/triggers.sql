select o.section, o.home, 'trigger' as part, t.tgname as name,
  concat(
    pg_get_triggerdef(t.oid, false), ';',
    case when t.tgenabled <> 'O' then format(E'\nalter table %s %s trigger %I;', o.identity,
      case t.tgenabled when 'D' then 'disable' when 'R' then 'enable replica' else 'enable always' end, t.tgname) end
  ) as sql
from pg_trigger t
join objects o on o.class = 'pg_class'::regclass and o.oid = t.tgrelid
where not t.tgisinternal and t.tgparentid = 0

union all
select o.section, o.home, 'rule', r.rulename,
  pg_get_ruledef(r.oid) || case r.ev_enabled when 'D' then ' -- disabled' else '' end
from pg_rewrite r
join objects o on o.class = 'pg_class'::regclass and o.oid = r.ev_class
where r.rulename <> '_RETURN'

select o.section, o.home, 'owner' as part, o.identity as name,
  format('alter %s %s owner to %s;', o.kind, o.identity, r.role) as sql
from objects o
join roles r on r.oid = o.owner
where o.owner not in (select oid from database_owner)
  and r.role <> 'pg_database_owner'

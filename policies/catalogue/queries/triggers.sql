-- $1: oids of relations. A partition's copy of its parent's trigger is the parent's.
select tgrelid::integer as relation, tgname::text as name, tgfoid::regprocedure::text as function
from pg_trigger
where tgrelid = any($1) and not tgisinternal and tgparentid = 0
order by tgrelid, tgname;

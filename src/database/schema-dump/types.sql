select 'type' as section, t.identity as home, 'definition' as part, '' as name,
  case t.typtype
    when 'e' then format(E'create type %s as enum (\n%s\n);', t.identity, (
      select string_agg(format('  %L', e.enumlabel), E',\n' order by e.enumsortorder)
      from pg_enum e
      where e.enumtypid = t.oid
    ))
    when 'c' then format(E'create type %s as (\n%s\n);', t.identity, (
      select string_agg(
        format('  %I %s%s', a.attname, format_type(a.atttypid, a.atttypmod),
          case when a.attcollation <> at.typcollation then ' collate ' || a.attcollation::regcollation end),
        E',\n' order by a.attnum)
      from pg_attribute a
      join pg_type at on at.oid = a.atttypid
      where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
    ))
    when 'd' then format('create domain %s as %s%s%s%s;', t.identity, format_type(t.typbasetype, t.typtypmod),
      case when t.typcollation <> base.typcollation then ' collate ' || t.typcollation::regcollation end,
      ' default ' || pg_get_expr(t.typdefaultbin, 0),
      case when t.typnotnull then ' not null' end)
    when 'r' then format('create type %s as range (%s);', t.identity, (
      select concat_ws(', ',
        'subtype = ' || format_type(r.rngsubtype, null),
        'multirange_type_name = ' || r.rngmultitypid::regtype,
        case when not o.opcdefault then format('subtype_opclass = %I.%I', n.nspname, o.opcname) end,
        case when r.rngcollation <> st.typcollation then 'collation = ' || r.rngcollation::regcollation end,
        case when r.rngcanonical <> 0 then 'canonical = ' || r.rngcanonical end,
        case when r.rngsubdiff <> 0 then 'subtype_diff = ' || r.rngsubdiff end)
      from pg_range r
      join pg_opclass o on o.oid = r.rngsubopc
      join pg_namespace n on n.oid = o.opcnamespace
      join pg_type st on st.oid = r.rngsubtype
      where r.rngtypid = t.oid
    ))
    else format('-- base type %s', t.identity)
  end as sql
from types t
left join pg_type base on base.oid = t.typbasetype

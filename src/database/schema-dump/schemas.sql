select 'schema' as section, schema as home, 'definition' as part, '' as name,
  format('create schema %s;', schema) as sql
from schemas

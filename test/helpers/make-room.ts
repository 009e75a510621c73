import { quoteLiteral } from '../../policies/sql/quote-name.ts';

const CREATES =
  /(?:^|;)\s*create (?:table|view|materialized view|type|domain|function) (?:if not exists )?(\w+\.\w+)/gim;

/**
 * SQL that drops what the given SQL creates. Examples in documents have names that a team may have as well, such as
 * `documents`; in a clone of the team's database there is then room for them.
 */
export function makeRoom(sql: string): string {
  const names = [...sql.matchAll(CREATES)].map(([, name]) => name as string);
  return names.map((name) => `do ${quoteLiteral(dropSql(name))};`).join('\n');
}

const dropSql = (name: string) => `
  declare drops text;
  begin
    for drops in
      select format('drop %s %s cascade', case relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end, oid::regclass)
      from pg_class where oid = to_regclass('${name}') and relkind <> 'c'
      union all
      select format('drop type %s cascade', oid::regtype) from pg_type where oid = to_regtype('${name}') and typtype in ('e', 'd', 'r')
      union all
      select format('drop routine %s cascade', pg_proc.oid::regprocedure)
      from pg_proc join pg_namespace on pg_namespace.oid = pronamespace where nspname || '.' || proname = '${name}'
    loop
      execute drops;
    end loop;
  end`;

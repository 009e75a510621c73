import { describe, expect, it } from '@jest/globals';
import { isEnumType, isInputObjectType } from 'graphql';
import { useServer } from '../helpers/server.ts';

const TABLE = `
  create table app_public.rowgate_test_parts (
    id integer primary key, indexed integer not null, plain integer not null, opened integer not null, ordered integer not null
  );
  create index on app_public.rowgate_test_parts (indexed);
  comment on column app_public.rowgate_test_parts.opened is '@behavior +orderBy +filterBy';
  comment on column app_public.rowgate_test_parts.ordered is E'@behavior +orderBy\\nIts place in the list.';
  alter table app_public.rowgate_test_parts enable row level security;
  create policy all_users on app_public.rowgate_test_parts for select to webuser using (true);
  grant select on app_public.rowgate_test_parts to webuser;
  insert into app_public.rowgate_test_parts select n, n, n, 10 - n, 10 - n from generate_series(1, 9) as n;`;

describe('a column without an index', () => {
  const server = useServer({}, { sqlAsOwner: TABLE });
  const valuesOf = async (type: string) => {
    const found = (await server.schema()).getType(type);
    if (isEnumType(found)) return found.getValues().map(({ name }) => name);
    return isInputObjectType(found) ? Object.keys(found.getFields()) : [];
  };

  it('cannot be ordered or filtered by, unless its comment opens it', async () => {
    expect(await valuesOf('RowgateTestPartOrderBy')).toEqual(
      ['NATURAL', 'PRIMARY_KEY', 'ROW_ID', 'INDEXED', 'OPENED', 'ORDERED'].flatMap((name) =>
        name === 'NATURAL' ? [name] : [`${name}_ASC`, `${name}_DESC`],
      ),
    );
    const filtered = ['rowId', 'indexed', 'opened'];
    expect(await valuesOf('RowgateTestPartCondition')).toEqual(filtered);
    expect(await valuesOf('RowgateTestPartFilter')).toEqual([...filtered, 'and', 'or', 'not']);
  });

  it('can be ordered and filtered by, once its comment opens it', async () => {
    const client = server.client();
    await client.register();
    const { data, errors } = await client.graphql(`{
      ordered: rowgateTestParts(orderBy: OPENED_ASC, first: 2) { nodes { rowId } pageInfo { endCursor } }
      filtered: rowgateTestParts(filter: { opened: { greaterThan: 7 } }, orderBy: ORDERED_DESC) { nodes { rowId } }
      condition: rowgateTestParts(condition: { opened: 3 }) { nodes { rowId } }
    }`);
    expect(errors).toBeUndefined();
    const ids = (page: { nodes: Array<{ rowId: number }> }) => page.nodes.map(({ rowId }) => rowId);
    expect(ids(data.ordered)).toEqual([9, 8]);
    expect(ids(data.filtered)).toEqual([1, 2]);
    expect(ids(data.condition)).toEqual([7]);
    const next = await client.graphql(
      `{ rowgateTestParts(orderBy: OPENED_ASC, first: 2, after: "${data.ordered.pageInfo.endCursor}") { nodes { rowId } } }`,
    );
    expect(ids(next.data.rowgateTestParts)).toEqual([7, 6]);
  });
});

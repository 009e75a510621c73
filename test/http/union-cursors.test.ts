import { describe, expect, it } from '@jest/globals';
import { UNION_TABLES } from '../helpers/paged-tables.ts';
import { useServer } from '../helpers/server.ts';

describe('a list of several tables', () => {
  const server = useServer({}, { sqlAsOwner: UNION_TABLES });

  it('can be paged as one', async () => {
    const client = server.client();
    const read = async (args: string) => {
      const { data, errors } = await client.graphql(
        `{ appointments(${args}) { nodes { __typename rowId } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
      );
      expect([args, errors]).toEqual([args, undefined]);
      const ids = data.appointments.nodes.map(
        ({ __typename, rowId }: { __typename: string; rowId: number }) => `${__typename} ${rowId}`,
      );
      return { ids, ...data.appointments.pageInfo };
    };
    for (const [by, order] of [
      ['', ''],
      ['orderBy: [PLACE_ASC], ', 'place,'],
      ['orderBy: [PLACE_DESC, IS_OPEN_ASC], ', 'place desc, is_open,'],
      ['orderBy: [IS_OPEN_DESC], ', 'is_open desc,'],
      ['orderBy: [STARTS_ASC, PLACE_DESC], ', 'starts, place desc,'],
    ]) {
      const expected = (
        await server.sql<{ id: string }>(
          `select type || ' ' || id as id from (select 'Visit' as type, 0 as day, * from app_public.visits
         union all select 'Call', * from app_public.calls) all_of_them order by ${order} type, day, all_of_them.id`,
        )
      ).map(({ id }) => id);
      const forward: string[] = [];
      for (let after = ''; ; ) {
        const { ids, hasNextPage, endCursor } = await read(`${by}first: 4${after}`);
        forward.push(...ids);
        if (!hasNextPage) break;
        after = `, after: "${endCursor}"`;
      }
      expect([by, forward]).toEqual([by, expected]);
      const backward: string[] = [];
      for (let before = ''; ; ) {
        const { ids, hasPreviousPage, startCursor } = await read(`${by}last: 4${before}`);
        backward.unshift(...ids);
        if (!hasPreviousPage) break;
        before = `, before: "${startCursor}"`;
      }
      expect([by, backward]).toEqual([by, expected]);
    }
    const { endCursor } = await read('orderBy: [PLACE_ASC], first: 4');
    const { errors } = await client.graphql(
      `{ appointments(orderBy: [PLACE_DESC], first: 4, after: "${endCursor}") { totalCount nodes { place } } }`,
    );
    expect(errors?.[0]?.extensions).toEqual({ code: 'INVALID_INPUT', field: 'after' });
  });
});

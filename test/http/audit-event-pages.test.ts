import { describe, expect, it } from '@jest/globals';
import { useServer } from '../helpers/server.ts';

describe('audit events', () => {
  const server = useServer();
  it('can be paged by an administrator, those of unknown names too', async () => {
    const client = server.client();
    const { username, password, id } = await client.register();
    await server.sql(
      `insert into app_public.audit_events (action, user_id) select 'logged_in', case when n % 4 > 0 then gen_random_uuid() end from generate_series(1, 40) n`,
    );
    await server.sql(`update app_public.user_accounts set role = 'administrator' where user_id = $1`, [id]);
    await client.login(username, password);
    const total = Number(
      (await server.sql<{ n: string }>('select count(*) as n from app_public.audit_events'))[0]?.n,
    );
    for (const by of ['USER_ID_DESC', 'USER_ID_ASC', 'OCCURRED_AT_ASC'])
      for (const first of [2, 30]) {
        const ids = new Set<string>();
        let after = null;
        let count = 0;
        for (;;) {
          const { data, errors } = await client.graphql(
            `query ($n: Int, $after: Cursor) { auditEvents(first: $n, after: $after, orderBy: ${by}) { nodes { rowId } pageInfo { hasNextPage endCursor } } }`,
            { n: first, after },
          );
          expect(errors).toBeUndefined();
          for (const { rowId } of data.auditEvents.nodes) ids.add(rowId);
          count += data.auditEvents.nodes.length;
          if (!data.auditEvents.pageInfo.hasNextPage) break;
          after = data.auditEvents.pageInfo.endCursor;
        }
        expect([by, first, count, ids.size]).toEqual([by, first, total, total]);
      }
  });
});

import { describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { makeLogger } from '../../src/logger.ts';
import { makePools } from '../../src/pools.ts';
import { makeSessionActivity } from '../../src/sessions/session-activity.ts';
import { useServer } from '../helpers/server.ts';

describe('the activity of sessions', () => {
  const server = useServer();

  it('can be noted for a crowd in one statement, so that it leaves the pool to requests', async () => {
    const { id } = await server.client().register();
    const sessions = await server.sql<{ id: string }>(
      `insert into app_public.sessions (user_id, kind, scopes, expires_at, idle_limit, last_active_at)
       select user_id, kind, scopes, expires_at, idle_limit, now() - interval '1 hour'
       from app_public.sessions, generate_series(1, 300) where user_id = $1
       returning id`,
      [id],
    );
    const logger = makeLogger(server.config);
    const pools = makePools(server.database.authenticator, logger);
    const statements: unknown[] = [];
    const { query } = pools.data;
    pools.data.query = ((...args: [string, unknown[]]) => {
      statements.push(args);
      return query.apply(pools.data, args as never);
    }) as pg.Pool['query'];

    const activity = makeSessionActivity({ pools, logger });
    for (const session of sessions) activity.note(session.id);
    for (const session of sessions) activity.note(session.id);
    await activity.close();
    expect(statements).toHaveLength(1);
    expect(
      await server.sql(
        "select count(*)::int from app_public.sessions where last_active_at > now() - interval '1 minute' and user_id = $1",
        [id],
      ),
    ).toEqual([{ count: 301 }]);
    await pools.end();
  });
});

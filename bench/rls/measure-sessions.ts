import pg from 'pg';
import { flushSession } from '../../src/graphile/session-flush.ts';
import type { Progress } from '../progress.ts';
import { percentile } from '../statistics.ts';
import { PAGE_BY_POLICY } from './page-query.ts';

/** Milliseconds of a whole authenticated transaction that reads a page, by the number of sessions that live. */
export type SessionsResult = Array<{ sessions: number; p50: number; p99: number }>;

/** Whose pages are read: always the same, so that nothing but the number of sessions differs. */
const READERS = 10;

/** Reads pages, each time under another session of a few users, while there are more and more of them. */
export async function measureSessions(
  root: pg.Client,
  authenticatorUrl: string,
  { sizes, turns, progress }: { sizes: number[]; turns: number; progress: Progress },
): Promise<SessionsResult> {
  const pool = new pg.Pool({ connectionString: authenticatorUrl, max: 1, pipeline: true } as pg.PoolConfig);
  const client = await pool.connect();
  try {
    const result: SessionsResult = [];
    for (const size of sizes) {
      progress(`sessions: ${size.toLocaleString('en')}`);
      const sessionIds = await makeSessions(root, size, turns);
      for (const sessionId of sessionIds) await readPage(client, sessionId);
      const times: number[] = [];
      for (const sessionId of sessionIds) times.push(await readPage(client, sessionId));
      result.push({ sessions: size, p50: percentile(times, 0.5), p99: percentile(times, 0.99) });
    }
    return result;
  } finally {
    client.release();
    await pool.end();
  }
}

/** Returns how long it took, in milliseconds. */
async function readPage(client: pg.PoolClient, sessionId: string): Promise<number> {
  const startedAt = performance.now();
  const page = await flushSession(
    client,
    { name: 'page', text: PAGE_BY_POLICY, values: [], arrayMode: true },
    {
      settings: { 'app.session_id': sessionId, 'app.request': '{}' },
      isReadOnly: true,
      preparesStatements: true,
      onSessionResolved: () => {},
    },
  );
  if (page.rows.length !== 10) throw new Error(`a page of ${page.rows.length} posts`);
  return performance.now() - startedAt;
}

/** Makes the table hold so many sessions, spread over the users, and returns some of the readers' in a random order. */
async function makeSessions(root: pg.Client, size: number, some: number): Promise<string[]> {
  await root.query('truncate app_public.sessions cascade');
  await root.query('set session_replication_role = replica; set synchronous_commit = off');
  await root.query(
    `insert into app_public.sessions (user_id, kind, idle_limit, expires_at)
    select ids[1 + (n - 1) % cardinality(ids)], 'cookie', interval '3 days', now() + interval '30 days'
    from generate_series(1, $1::int) as n,
      (select array_agg(id order by id) as ids from app_public.users) as users`,
    [size],
  );
  await root.query('reset session_replication_role; reset synchronous_commit');
  await root.query('vacuum (analyze) app_public.sessions');
  const { rows } = await root.query<{ id: string }>(
    `select id from app_public.sessions
    where user_id in (select user_id from app_public.sessions group by user_id order by user_id limit $2)
    order by random() limit $1`,
    [some, READERS],
  );
  return Array.from({ length: some }, (_, index) => rows[index % rows.length]!.id);
}

import pg from 'pg';
import type { Progress } from '../progress.ts';
import { percentile } from '../statistics.ts';
import { PAGE_BY_POLICY } from './page-query.ts';

/** Milliseconds of a whole authenticated transaction that reads a page, by the number of sessions that live. */
export type SessionsResult = Array<{ sessions: number; p50: number; p99: number }>;

/** Takes the role of a session, as each of the server's transactions does at its beginning. */
const PROLOGUE = `select set_config('role', r.role, true), set_config('app.user_id', r.user_id::text, true)
from app_private.resolve_session($1) r`;

/** Reads pages, each time under another session, while there are more and more of them. */
export async function measureSessions(
  root: pg.Client,
  authenticatorUrl: string,
  { sizes, turns, progress }: { sizes: number[]; turns: number; progress: Progress },
): Promise<SessionsResult> {
  const client = new pg.Client({ connectionString: authenticatorUrl, pipeline: true } as pg.ClientConfig);
  await client.connect();
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
    await client.end();
  }
}

/** Returns how long it took, in milliseconds. The statements do not wait for each other. */
async function readPage(client: pg.Client, sessionId: string): Promise<number> {
  const startedAt = performance.now();
  const [, , page] = await Promise.all([
    client.query({ name: 'begin', text: 'begin read only' }),
    client.query({ name: 'prologue', text: PROLOGUE, values: [sessionId] }),
    client.query({ name: 'page', text: PAGE_BY_POLICY }),
    client.query({ name: 'commit', text: 'commit' }),
  ]);
  if (page.rowCount !== 10) throw new Error(`a page of ${page.rowCount} posts`);
  return performance.now() - startedAt;
}

/** Makes the table hold so many sessions, spread over the users, and returns some of them in a random order. */
async function makeSessions(root: pg.Client, size: number, some: number): Promise<string[]> {
  await root.query('truncate app_public.sessions cascade');
  await root.query('set session_replication_role = replica; set synchronous_commit = off');
  await root.query(
    `insert into app_public.sessions (user_id, kind, idle_limit, expires_at)
    select ids[1 + n % cardinality(ids)], 'cookie', interval '3 days', now() + interval '30 days'
    from generate_series(1, $1::int) as n,
      (select array_agg(id order by random()) as ids from app_public.users) as users`,
    [size],
  );
  await root.query('reset session_replication_role; reset synchronous_commit');
  await root.query('vacuum (analyze) app_public.sessions');
  const { rows } = await root.query<{ id: string }>(
    'select id from app_public.sessions order by random() limit $1',
    [some],
  );
  return Array.from({ length: some }, (_, index) => rows[index % rows.length]!.id);
}

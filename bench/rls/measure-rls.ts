import { withClient } from '../../src/database/with-client.ts';
import type { BenchDatabase } from '../database/open-bench-database.ts';
import type { Progress } from '../progress.ts';
import { comparePages, type PageComparison } from './compare-pages.ts';
import { measureSessions, type SessionsResult } from './measure-sessions.ts';
import { withMorePolicies } from './more-policies.ts';

export type RlsResult = {
  rows: number;
  users: number;
  /** By how many policies hold for a select. */
  policies: Array<PageComparison & { policies: number }>;
  sessions: SessionsResult;
};

/** How many policies, and over how many pages each is measured; the page by twenty is slow by any means. */
const POLICIES = [
  { count: 1, turns: 4_000 },
  { count: 20, turns: 400 },
];
const SESSIONS = [10, 1_000, 1_000_000];
const SESSION_TURNS = 3_000;

/** What the database's own judgement costs: row-level security on a large table, and finding a session among many. */
export async function measureRls(
  { urls }: BenchDatabase,
  { progress }: { progress: Progress },
): Promise<RlsResult> {
  return withClient(urls.root, async (root) => {
    const { rows: users } = await root.query<{ id: string }>('select id from app_public.users');
    const { rows: posts } = await root.query<{ count: number }>(
      'select count(*)::int as count from app_public.posts',
    );
    const userIds = users.map(({ id }) => id);

    const policies: RlsResult['policies'] = [];
    for (const { count, turns } of POLICIES) {
      progress(`row-level security: ${count} ${count === 1 ? 'policy' : 'policies'}`);
      const pages = await withMorePolicies(urls.owner, count - 1, () =>
        comparePages(urls, userIds, { furtherPolicies: count - 1, turns }),
      );
      policies.push({ policies: count, ...pages });
    }
    const sessions = await measureSessions(root, urls.authenticator, {
      sizes: SESSIONS,
      turns: SESSION_TURNS,
      progress,
    });
    return { rows: posts[0]!.count, users: users.length, policies, sessions };
  });
}

import type pg from 'pg';
import type { Account, PostIds } from './accounts.ts';

export async function findPostIds(client: pg.Client, accounts: Account[]): Promise<PostIds> {
  const { rows } = await client.query<{ author_id: string; ids: string[] }>(
    `select author_id, array_agg(id order by created_at desc) as ids
    from app_public.posts where author_id = any ($1) group by author_id`,
    [accounts.map(({ id }) => id)],
  );
  return new Map(rows.map(({ author_id, ids }) => [author_id, ids]));
}

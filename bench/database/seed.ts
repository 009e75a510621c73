import type pg from 'pg';
import { ACCOUNTS, type Account, POSTS_PER_USER, passwordOf, usernameOf } from './accounts.ts';

/** Fills the benchmark's database: users, of whom the first can log in, and their posts. `client` is a superuser's. */
export async function seed(client: pg.Client, { users }: { users: number }): Promise<Account[]> {
  const accounts: Account[] = [];
  for (let index = 0; index < ACCOUNTS; index += 1) {
    const username = usernameOf(index);
    const password = passwordOf(username);
    const { rows } = await client.query<{ user_id: string }>(
      'select user_id from app_public.register($1, $2, $3)',
      [username, `${username}@example.com`, password],
    );
    accounts.push({ id: rows[0]!.user_id, username, password });
  }

  // No triggers, which would give every post the same time, and which took most of a minute.
  await client.query('set session_replication_role = replica; set synchronous_commit = off');
  await client.query(`update app_public.users set name = 'Reader ' || username`);
  await client.query(
    `with new_users as (
      insert into app_public.users (username, name)
      select 'reader-' || lpad(n::text, 5, '0'), 'Reader reader-' || lpad(n::text, 5, '0')
      from generate_series($1::int, $2::int - 1) as n
      returning id
    )
    insert into app_public.user_accounts (user_id) select id from new_users`,
    [ACCOUNTS, users],
  );
  // Written in turn by all, so that one author's posts lie on as many pages.
  await client.query(
    `insert into app_public.posts (author_id, title, body, created_at)
    select
      users.id,
      'Post number ' || lpad(n::text, 4, '0') || ' by me',
      repeat('A sentence of a post, to be read. ', 4),
      timestamptz '2025-01-01' + n * interval '1 hour'
    from generate_series(1, $1::int) as n, (select id from app_public.users order by id) as users
    order by n, users.id`,
    [POSTS_PER_USER],
  );
  await client.query('reset session_replication_role; reset synchronous_commit');
  await client.query('vacuum (analyze)');
  return accounts;
}

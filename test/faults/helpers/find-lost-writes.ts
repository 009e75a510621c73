import type { Postgres } from './start-postgres.ts';
import type { User } from './start-user.ts';

/** What the users were promised and the database does not have, or what it has and nobody has sent: nothing, one hopes. */
export async function findLostWrites({ sql }: Pick<Postgres, 'sql'>, users: User[]): Promise<string[]> {
  const rows = await sql<{ username: string; body: string }>(
    'select users.username::text, notes.body from app_public.rowgate_test_notes as notes join app_public.users on users.id = notes.user_id',
  );
  const found: string[] = [];
  for (const { account, attempted, acknowledged } of users) {
    const bodies = rows.filter(({ username }) => username === account.username).map(({ body }) => body);
    const stored = new Set(bodies);
    found.push(...[...acknowledged].filter((body) => !stored.has(body)).map((body) => `lost: ${body}`));
    found.push(...bodies.filter((body) => !attempted.has(body)).map((body) => `not sent: ${body}`));
    if (stored.size < bodies.length) found.push(`written twice by ${account.username}`);
  }
  return found;
}

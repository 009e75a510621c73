import type pg from 'pg';
import { CONNECTIONS_OF_A_PROCESS } from '../pools.ts';

/** Connections that a worker and migrations need beside the server processes. */
const OTHERS = 10;

/**
 * What to say when PostgreSQL has not the connections that so many server processes may open, which would show as errors under
 * load only; undefined when it has.
 *
 * @param client of PostgreSQL itself, not of a pooler in front of it
 */
export async function describeShortage(
  client: pg.ClientBase,
  processes: number,
): Promise<string | undefined> {
  const { rows } = await client.query<{ available: number }>(
    `select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as available`,
  );
  const { available } = rows[0]!;
  const needed = processes * CONNECTIONS_OF_A_PROCESS + OTHERS;
  return needed <= available
    ? undefined
    : `${processes} server processes may need ${needed} connections, and PostgreSQL has ${available}: raise max_connections, lower WEB_CONCURRENCY, or put PgBouncer in front`;
}

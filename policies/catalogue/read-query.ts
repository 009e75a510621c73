import { readFile } from 'node:fs/promises';
import type { ClientBase } from 'pg';

/** Runs a query of policies/catalogue/queries, whose head says what its parameters are. */
export async function readQuery<Row extends object>(
  client: ClientBase,
  name: string,
  ...values: unknown[]
): Promise<Row[]> {
  const text = await readFile(new URL(`./queries/${name}.sql`, import.meta.url), 'utf8');
  return (await client.query<Row>(text, values)).rows;
}

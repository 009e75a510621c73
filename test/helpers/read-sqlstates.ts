import { readFile } from 'node:fs/promises';

/** Every SQLSTATE of PostgreSQL's own list. */
export async function readSqlstates(): Promise<string[]> {
  const text = await readFile(new URL('../graphile/sqlstates/errcodes.txt', import.meta.url), 'utf8');
  return [...text.matchAll(/^(\w{5}) \w+$/gm)].map(([, sqlstate]) => sqlstate as string);
}

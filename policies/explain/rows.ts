import pg from 'pg';
import { quoteName } from '../sql/quote-name.ts';
import { type Actor, runAs } from './run-as.ts';
import type { Scan } from './scans.ts';
import { undone } from './undone.ts';

/** Rows of one table, each as PostgreSQL writes it: `(1,"a b",)`. */
export type Rows = string[];

/** As many rows are judged; a reader looks at the first few. */
export const MAX_ROWS = 200;

/** The rows of a table that a statement asks for, as somebody to whom everything is open. */
export async function rowsAskedFor(
  client: pg.Client,
  open: Actor,
  { relation, alias, filter }: Scan,
): Promise<Rows> {
  const name = quoteName(alias);
  const sql = `select ${name}::text from ${relation.name} as ${name} ${filter ? `where ${filter}` : ''} limit ${MAX_ROWS}`;
  return undone(client, () => runAs<string>(client, open, sql, 'text'));
}

/**
 * The rows as a statement leaves them. It runs as somebody to whom everything is open, in the transaction of the client,
 * which is to be rolled back.
 */
export async function rowsWritten(
  client: pg.Client,
  open: Actor,
  { relation }: Scan,
  sql: string,
): Promise<Rows> {
  const written = async () => {
    const { rows } = await client.query<{ row: string; ctid: string }>(
      // Of this transaction or, what the comparison with before takes out, a later one. Its savepoints have later numbers.
      `select written::text as row, ctid::text from ${relation.name} as written
       where xmin::text::bigint >= pg_current_xact_id()::xid::text::bigint`,
    );
    return rows;
  };
  const before = new Set((await written()).map(({ ctid }) => ctid));
  await runAs(client, open, sql, 'void');
  const rows = (await written()).filter(({ ctid }) => !before.has(ctid));
  return rows.slice(0, MAX_ROWS).map(({ row }) => row);
}

/** A row by column, as text. */
export async function describeRow(
  client: pg.Client,
  { relation }: Scan,
  row: string,
): Promise<Record<string, string | null>> {
  const columns = relation.columns.map(({ name }) => `${pg.escapeIdentifier(name)}::text`).join(', ');
  const { rows } = await client.query(`select ${columns} from unnest($1::${relation.name}[])`, [[row]]);
  return rows[0];
}

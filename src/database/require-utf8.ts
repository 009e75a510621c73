import type pg from 'pg';
import { StartError } from '../errors.ts';

/**
 * Refuses a database that cannot hold every character: names, mails and passwords would fail one by one, and late.
 *
 * @throws StartError `DATABASE_ENCODING`
 */
export async function requireUtf8(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ name: string; encoding: string }>(
    `select current_database() as name, current_setting('server_encoding') as encoding`,
  );
  const { name, encoding } = rows[0]!;
  if (encoding !== 'UTF8') throw wrongEncoding(name, encoding);
}

/** The same of a database that is yet to be made, which takes over the encoding of the cluster. */
export async function requireUtf8Cluster(client: pg.ClientBase, database: string): Promise<void> {
  const { rows } = await client.query<{ encoding: string }>(
    `select pg_encoding_to_char(encoding) as encoding from pg_database
     where datname in ($1, 'template1') order by datname = $1 desc limit 1`,
    [database],
  );
  const { encoding } = rows[0]!;
  if (encoding !== 'UTF8') throw wrongEncoding(database, encoding);
}

function wrongEncoding(database: string, encoding: string): StartError {
  return new StartError(
    'DATABASE_ENCODING',
    `The database ${database} has the encoding ${encoding}, and Rowgate needs UTF8. Make it with: create database "${database}" encoding 'UTF8' template template0 (add locale 'C' where PostgreSQL refuses that), then run npm run db:setup.`,
  );
}

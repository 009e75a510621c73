import type pg from 'pg';
import { readConfig } from '../src/config.ts';
import { openDatabase } from '../src/database/open-database.ts';
import { withParts } from '../src/database/urls.ts';
import { withClient } from '../src/database/with-client.ts';
import type { Io } from './io.ts';

/**
 * Names the database to look at while `work` runs: DATABASE_URL with any login, else the embedded one as its
 * superuser, which is started for the time being.
 */
export async function withDatabaseUrl<T>(io: Io, work: (url: string) => Promise<T>): Promise<T> {
  if (io.env.DATABASE_URL) return work(io.env.DATABASE_URL);
  const database = await openDatabase(readConfig(io.env), io.note);
  try {
    return await work(withParts(database.urls.root as string, { database: 'rowgate' }));
  } finally {
    await database.close();
  }
}

/** As withDatabaseUrl, with a connection to it. */
export function withDatabase<T>(io: Io, work: (client: pg.Client) => Promise<T>): Promise<T> {
  return withDatabaseUrl(io, (url) => withClient(url, work));
}

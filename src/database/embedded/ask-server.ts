import { Client, type DatabaseError } from 'pg';

/** What came back: the server's data folder, or why it did not answer. */
export type Answer =
  | { dataDirectory: string }
  | { dataDirectory?: undefined; code: string | undefined; message: string };

/** Logs in on 127.0.0.1 as superuser and asks the server which data folder it serves; gives it 3 seconds. */
export async function askServer(port: number, rootPassword: string): Promise<Answer> {
  const client = new Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password: rootPassword,
    database: 'postgres',
    ssl: false,
    connectionTimeoutMillis: 3000,
    query_timeout: 3000,
  });
  // A connection that breaks later reports it here too, and nobody else listens.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ dir: string }>("select current_setting('data_directory') as dir");
    return { dataDirectory: rows[0]!.dir };
  } catch (error) {
    return { code: (error as DatabaseError).code, message: (error as Error).message };
  } finally {
    await client.end().catch(() => undefined);
  }
}

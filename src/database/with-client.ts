import pg from 'pg';

/** Runs work on a connection of its own, and closes it. */
export async function withClient<T>(
  connectionString: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {}); // the query in progress has its own error
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

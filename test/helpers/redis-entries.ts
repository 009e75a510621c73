import { createClient } from 'redis';

/** Everything that a Redis holds under keys of a pattern. */
export async function redisEntries(url: string, pattern: string): Promise<[key: string, value: string][]> {
  const client = await createClient({ url }).connect();
  try {
    const keys = (await client.keys(pattern)).sort();
    return await Promise.all(
      keys.map(async (key) => [key, (await client.get(key)) as string] as [string, string]),
    );
  } finally {
    client.destroy();
  }
}

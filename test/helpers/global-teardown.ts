import { withClient } from '../../src/database/with-client.ts';

/** Removes every database of this run, and the embedded PostgreSQL if it was started for it. */
export default async function globalTeardown(): Promise<void> {
  const { stopTestPostgres } = globalThis as { stopTestPostgres?: () => Promise<void> };
  await dropDatabases().finally(stopTestPostgres);
}

async function dropDatabases(): Promise<void> {
  const { root, template } = JSON.parse(process.env.ROWGATE_TEST_DATABASES as string);
  await withClient(root, async (client) => {
    const prefix = template.replace(/template$/, '');
    const { rows } = await client.query('select datname from pg_database where starts_with(datname, $1)', [
      prefix,
    ]);
    for (const { datname } of rows)
      await client.query(`drop database ${client.escapeIdentifier(datname)} with (force)`);
  });
}

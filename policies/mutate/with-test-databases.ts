import { parseDatabaseUrl } from '../../src/database/urls.ts';
import { withClient } from '../../src/database/with-client.ts';
import globalSetup from '../../test/helpers/global-setup.ts';
import globalTeardown from '../../test/helpers/global-teardown.ts';
import type { TestDatabases } from './mutate.ts';

/**
 * Works with a template to clone: the one that `npm test` makes from the migrations, or the given database, of which
 * the URL's login must be a superuser. Removes every clone at the end.
 */
export async function withTestDatabases<T>(
  url: string | undefined,
  work: (databases: TestDatabases) => Promise<T>,
): Promise<T> {
  if (url !== undefined) {
    const template = parseDatabaseUrl(url).database;
    try {
      return await work({ root: url, owner: url, authenticator: url, template });
    } finally {
      await dropClones(url, template);
    }
  }
  await globalSetup();
  try {
    return await work(JSON.parse(process.env.ROWGATE_TEST_DATABASES as string) as TestDatabases);
  } finally {
    await globalTeardown();
  }
}

async function dropClones(url: string, template: string): Promise<void> {
  await withClient(url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `select datname as name from pg_database where starts_with(datname, $1) and datname ~ '_[0-9a-f]{12}$'`,
      [`${template.replace(/_template$/, '')}_`],
    );
    for (const { name } of rows)
      await client.query(`drop database ${client.escapeIdentifier(name)} with (force)`);
  });
}

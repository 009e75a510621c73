import { randomBytes } from 'node:crypto';
import { type DatabaseUrls, parseDatabaseUrl, withParts } from '../../src/database/urls.ts';
import { withClient } from '../../src/database/with-client.ts';

export type TestDatabase = DatabaseUrls & { root: string; drop(): Promise<void> };

/**
 * Clones the migrated template (about 30 ms). All three URLs name the clone. In a run of `policies mutate` the clone has
 * one rule of access broken, so that a test can be seen to notice.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { template, ...urls } = JSON.parse(process.env.ROWGATE_TEST_DATABASES as string);
  const database = `${template.replace(/_template$/, '')}_${randomBytes(6).toString('hex')}`;
  const [owner, authenticator] = [urls.owner, urls.authenticator].map(
    (url) => parseDatabaseUrl(url).user,
  ) as [string, string];
  await withClient(urls.root, async (client) => {
    const [clone, original] = [database, template].map((name) => client.escapeIdentifier(name));
    await client.query(
      `create database ${clone} template ${original} owner ${client.escapeIdentifier(owner)}`,
    );
    // A clone has the template's content, but not its rights.
    await client.query(`revoke all on database ${clone} from public`);
    await client.query(`grant connect on database ${clone} to ${client.escapeIdentifier(authenticator)}`);
  });
  const mutation = process.env.ROWGATE_TEST_MUTATION;
  if (mutation) await withClient(withParts(urls.root, { database }), (client) => client.query(mutation));
  return {
    root: withParts(urls.root, { database }),
    owner: withParts(urls.owner, { database }),
    authenticator: withParts(urls.authenticator, { database }),
    drop: () =>
      withClient(
        urls.root,
        async (client) =>
          void (await client.query(`drop database ${client.escapeIdentifier(database)} with (force)`)),
      ),
  };
}

/** Runs work against a clone of its own, and drops it. */
export async function withTestDatabase(work: (urls: TestDatabase) => Promise<void>): Promise<void> {
  const database = await createTestDatabase();
  try {
    await work(database);
  } finally {
    await database.drop();
  }
}

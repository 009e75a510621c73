import { parseDatabaseUrl } from '../../src/database/urls.ts';
import { withClient } from '../../src/database/with-client.ts';

/** So that it is no limit of the server's role that ends what waits for a lock; for connections that are yet to be made. */
export async function liftLimits({ root }: { root: string }): Promise<void> {
  await withClient(root, async (client) => {
    const name = client.escapeIdentifier(parseDatabaseUrl(root).database);
    for (const limit of ['statement_timeout', 'lock_timeout'])
      await client.query(`alter role authenticator in database ${name} set ${limit} = '60s'`);
  });
}

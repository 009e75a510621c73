import { withClient } from '../../src/database/with-client.ts';
import type { TestDatabase } from '../helpers/test-database.ts';

/** Makes the accounts that documents speak of: ada and bob. */
export const registerReaders = (database: TestDatabase): Promise<void> =>
  withClient(database.owner, async (client) => {
    for (const name of ['ada', 'bob'])
      await client.query('select app_public.register($1, $2, $3)', [
        name,
        `${name}@example.com`,
        `password of ${name}`,
      ]);
  });

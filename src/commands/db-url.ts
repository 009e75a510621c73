import { loadConfig } from '../config.ts';
import { openDatabase } from '../database/open-database.ts';
import { withParts } from '../database/urls.ts';
import { StartError } from '../errors.ts';
import { run } from '../run.ts';

await run(async () => {
  const database = await openDatabase(loadConfig(), () => {});
  const { root } = database.urls;
  await database.close();
  if (!database.isEmbedded || !root) {
    throw new StartError(
      'INVALID_CONFIGURATION',
      'DATABASE_URL is set, so there is no embedded PostgreSQL to name.',
    );
  }
  console.log(withParts(root, { database: 'rowgate' }));
});

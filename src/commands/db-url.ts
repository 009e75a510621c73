import { loadConfig } from '../config.ts';
import { openDatabaseUntilEnd } from '../database/open-database.ts';
import { withParts } from '../database/urls.ts';
import { StartError } from '../errors.ts';
import { runOnce } from '../run.ts';

await runOnce(async (undo) => {
  const database = await openDatabaseUntilEnd(undo, loadConfig(), () => {});
  const { root } = database.urls;
  if (!database.isEmbedded || !root) {
    throw new StartError(
      'INVALID_CONFIGURATION',
      'DATABASE_URL is set, so there is no embedded PostgreSQL to name.',
    );
  }
  console.log(withParts(root, { database: 'rowgate' }));
});

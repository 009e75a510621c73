import { uncommit } from 'graphile-migrate';
import { loadConfig } from '../config.ts';
import { requireMigrated } from '../database/require-migrated.ts';
import { withShadowDatabase } from '../database/shadow-database.ts';
import { withClient } from '../database/with-client.ts';
import { run } from '../run.ts';
import { done, step } from '../terminal.ts';

await run(async () => {
  await withShadowDatabase(loadConfig(), step, async (settings, urls) => {
    // Before it, because uncommitting moves the file first, and then fails.
    await withClient(urls.owner, requireMigrated);
    await uncommit(settings);
  });
  done('The latest migration is back in current.sql. Only do this before anybody else has run it.');
});

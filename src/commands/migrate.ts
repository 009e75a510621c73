import { loadConfig } from '../config.ts';
import { migrateDatabase } from '../database/migrate.ts';
import { openDatabaseUntilEnd } from '../database/open-database.ts';
import { runOnce } from '../run.ts';
import { done, step } from '../terminal.ts';

await runOnce(async (undo) => {
  const config = loadConfig();
  const { urls } = await openDatabaseUntilEnd(undo, config, step);
  await migrateDatabase(urls, config, step);
  done('The database has every committed migration.');
});

import { loadConfig } from '../config.ts';
import { migrateDatabase } from '../database/migrate.ts';
import { openDatabase } from '../database/open-database.ts';
import { run } from '../run.ts';
import { done, step } from '../terminal.ts';

await run(async () => {
  const config = loadConfig();
  const database = await openDatabase(config, step);
  try {
    await migrateDatabase(database.urls, config, step);
    done('The database has every committed migration.');
  } finally {
    await database.close();
  }
});

import { readFile } from 'node:fs/promises';
import { watch } from 'graphile-migrate';
import { clearAllPools } from 'graphile-migrate/dist/pgReal.js';
import { StartError } from '../errors.ts';
import { isBlankSql } from './current-file.ts';
import { describeSqlFailure } from './describe-sql-failure.ts';
import { migrationSettings } from './migrate.ts';
import { checkEncodings, normalise } from './sql-files.ts';
import type { DatabaseUrls } from './urls.ts';

/** Runs `current.sql`, the migration being written, once: for tests, which shall see what is not committed yet. */
export async function applyCurrent(urls: DatabaseUrls): Promise<void> {
  const settings = await migrationSettings(urls, () => {});
  const folder = settings.migrationsFolder as string;
  await checkEncodings(folder);
  if (isBlankSql(normalise(await readFile(`${folder}/current.sql`, 'utf8')))) return;
  try {
    await watch(settings, true);
  } catch (error) {
    throw new StartError('INVALID_SQL', await describeSqlFailure(error as Error, settings, urls.owner));
  } finally {
    clearAllPools();
  }
}

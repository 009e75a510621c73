import type { Settings } from 'graphile-migrate';
import { clearAllPools } from 'graphile-migrate/dist/pgReal.js';
import type { Config } from '../config.ts';
import { StartError } from '../errors.ts';
import { migrationSettings } from './migrate.ts';
import { openDatabase } from './open-database.ts';
import { type DatabaseUrls, withParts } from './urls.ts';

/**
 * Gives graphile-migrate what committing needs beside the database itself: a shadow database, which it drops and
 * fills anew to prove that the migrations work from scratch.
 *
 * @throws StartError when a database of one's own is used without SHADOW_DATABASE_URL or ROOT_DATABASE_URL.
 */
export async function withShadowDatabase(
  config: Config,
  log: (message: string) => void,
  work: (settings: Settings, urls: DatabaseUrls) => Promise<void>,
): Promise<void> {
  const database = await openDatabase(config, log);
  try {
    const { urls } = database;
    const shadowUrl =
      config.database.shadowUrl ??
      (database.isEmbedded ? withParts(urls.owner, { database: 'rowgate_shadow' }) : undefined);
    if (!shadowUrl || !urls.root) {
      throw new StartError(
        'INVALID_CONFIGURATION',
        'Committing needs SHADOW_DATABASE_URL and ROOT_DATABASE_URL; see .env.example.',
      );
    }
    const settings = await migrationSettings(urls, log);
    await work({ ...settings, shadowConnectionString: shadowUrl }, urls);
  } finally {
    // As in migrate.ts: its connections must be gone before the database is.
    clearAllPools();
    await database.close();
  }
}

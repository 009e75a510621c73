import type { Config } from '../config.ts';
import type { Undo } from '../stop-on-signals.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { setupRoles } from './setup-roles.ts';
import { type DatabaseUrls, withParts } from './urls.ts';
import { waitForDatabase } from './wait-for-database.ts';

export type OpenDatabase = {
  urls: DatabaseUrls;
  isEmbedded: boolean;
  /** Stops the embedded PostgreSQL if this process started it; nothing else. */
  close(): Promise<void>;
};

/**
 * Opens the database of the configuration for this process, which closes it when it ends: also by a signal that comes while it
 * is being opened, which would otherwise leave the embedded PostgreSQL running.
 */
export async function openDatabaseUntilEnd(
  undo: Undo,
  config: Config,
  log: (message: string) => void,
): Promise<OpenDatabase> {
  const opening = openDatabase(config, log);
  const isEmbedded = config.database.url === undefined;
  // Waiting for another PostgreSQL leaves nothing behind.
  undo.push(async () => {
    if (isEmbedded) await (await opening.catch(() => null))?.close();
  });
  return opening;
}

/** The database of the configuration; without one, the embedded PostgreSQL, with its roles and database made. */
export async function openDatabase(config: Config, log: (message: string) => void): Promise<OpenDatabase> {
  const { url, ownerUrl, rootUrl, dataDir } = config.database;
  if (url !== undefined) {
    const urls = { authenticator: url, owner: ownerUrl as string, root: rootUrl };
    await waitForDatabase(urls.owner, log);
    return { urls, isEmbedded: false, close: async () => {} };
  }

  // Its log is a file of ours: a statement that fails, such as one with a password, shall not be written there.
  const settings = { log_min_error_statement: 'panic' };
  const embedded = await startEmbeddedPostgres({ dataDir, settings, onProgress: log });
  try {
    const { passwords, rootUrl: root } = embedded;
    const urls = {
      root,
      owner: withParts(root, { user: 'rowgate_owner', password: passwords.owner, database: 'rowgate' }),
      authenticator: withParts(root, {
        user: 'authenticator',
        password: passwords.authenticator,
        database: 'rowgate',
      }),
    };
    await setupRoles(urls);
    return { urls, isEmbedded: true, close: () => embedded.stop() };
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Logger as GraphileLogger, type LogFunctionFactory, migrate, type Settings } from 'graphile-migrate';
import { clearAllPools } from 'graphile-migrate/dist/pgReal.js';
import { runMigrations as migrateWorker } from 'graphile-worker';
import type pg from 'pg';
import type { Config } from '../config.ts';
import { failed } from '../terminal.ts';
import { rotateSigningKey } from '../tokens/rotate-signing-key.ts';
import { checkMigrations } from './committed-migrations.ts';
import { explainMigrationFailure } from './describe-migration-failure.ts';
import { outliveLostConnections } from './is-lost.ts';
import { acceptEveryLineEnding } from './sql-files.ts';
import type { DatabaseUrls } from './urls.ts';
import { withClient } from './with-client.ts';

/** What graphile-migrate says before it runs a file of migrations/committed. */
const RUNNING = /: Running migration '([^']+)'/;

/** Its last word before it ends the process. */
const POOL_FAILED = /An error occurred in the PgPool/;

acceptEveryLineEnding();

const projectFolder = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The settings of graphile-migrate: `.gmrc`, and the databases of this configuration.
 * What fails is thrown as well, so it is not logged with graphile-migrate's stack in it.
 */
export async function migrationSettings(
  urls: DatabaseUrls,
  log: (message: string) => void,
): Promise<Settings> {
  const settings = JSON.parse(await readFile(`${projectFolder}.gmrc`, 'utf8')) as Settings;
  const logFactory: LogFunctionFactory<object> = () => (level, message, meta) => {
    const { error } = (meta ?? {}) as { error?: Error };
    if (error && POOL_FAILED.test(message)) failed(`PostgreSQL closed the connection: ${error.message}`);
    else if (level !== 'debug' && !(error && level === 'error')) log(message);
  };
  return {
    ...settings,
    migrationsFolder: `${projectFolder}migrations`,
    connectionString: urls.owner,
    ...(urls.root ? { rootConnectionString: urls.root } : {}),
    logger: new GraphileLogger(logFactory),
  };
}

/**
 * Brings a database up to the committed migrations, and writes the settings that SQL enforces. Safe to run again.
 *
 * @throws StartError of `checkMigrations` and `explainMigrationFailure`
 */
export async function migrateDatabase(
  urls: DatabaseUrls,
  config: Config,
  log: (message: string) => void,
): Promise<void> {
  let file: string | undefined;
  const settings = await migrationSettings(urls, (message) => {
    file = RUNNING.exec(message)?.[1] ?? file;
    log(message);
  });
  try {
    await withClient(urls.owner, (client) => checkMigrations(settings.migrationsFolder as string, client));
    // First, so that our own functions can add jobs.
    await migrateWorker({ connectionString: urls.owner });
    await outliveLostConnections(() => migrateWhenAlone(settings, log));
  } catch (error) {
    throw await explainMigrationFailure(error as Error, { file, settings, url: urls.owner });
  } finally {
    // It would keep its connections for a moment, and end the whole process if the database stopped meanwhile.
    clearAllPools();
  }
  await withClient(urls.owner, async (client) => {
    await writeSettings(client, config);
    await rotateSigningKey(client, config.keyEncryptionSecrets);
  });
}

async function writeSettings(client: pg.Client, config: Config): Promise<void> {
  await client.query(
    `update app_private.settings
     set session_idle = make_interval(secs => $1), session_absolute = make_interval(secs => $2), bcrypt_cost = $3`,
    [config.session.idle, config.session.absolute, config.bcryptCost],
  );
}

/** Milliseconds. A migration that takes longer than this is worth a look before another begins. */
const LOCK_TIMEOUT_MS = 120_000;
const PAUSE_MS = 200;

/** Waits for a migration of another process, or of one that was killed a moment ago: graphile-migrate itself gives up. */
async function migrateWhenAlone(settings: Settings, log: (message: string) => void): Promise<void> {
  for (let waited = 0; ; waited += PAUSE_MS) {
    try {
      return await migrate(settings);
    } catch (error) {
      if ((error as Error).message !== 'Failed to get exclusive lock' || waited > LOCK_TIMEOUT_MS)
        throw error;
      if (waited === 0) log('Waiting for another migration to end');
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

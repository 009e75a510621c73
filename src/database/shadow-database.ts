import type { Settings } from 'graphile-migrate';
import { clearAllPools } from 'graphile-migrate/dist/pgReal.js';
import type { Config } from '../config.ts';
import { StartError } from '../errors.ts';
import type { Undo } from '../stop-on-signals.ts';
import { checkMigrations } from './committed-migrations.ts';
import { outliveLostConnections } from './is-lost.ts';
import { migrationSettings } from './migrate.ts';
import { openDatabaseUntilEnd } from './open-database.ts';
import { requireMigrated } from './require-migrated.ts';
import { type DatabaseUrls, parseDatabaseUrl, withParts } from './urls.ts';
import { withClient } from './with-client.ts';

/**
 * Gives graphile-migrate what committing needs beside the database itself: a shadow database, which it drops and fills again to
 * prove that the migrations work from scratch. A signal lets `work` finish, which would leave files and database in disagreement.
 *
 * @throws StartError when one of the databases is not there or not as the committed migrations left it, before anything is changed
 */
export async function withShadowDatabase(
  { config, undo, log }: { config: Config; undo: Undo; log: (message: string) => void },
  work: (settings: Settings, urls: DatabaseUrls) => Promise<void>,
): Promise<void> {
  const { urls, isEmbedded } = await openDatabaseUntilEnd(undo, config, log);
  const shadowUrl =
    config.database.shadowUrl ??
    (isEmbedded ? withParts(urls.owner, { database: 'rowgate_shadow' }) : undefined);
  if (!shadowUrl || !urls.root) {
    throw new StartError(
      'INVALID_CONFIGURATION',
      'Committing needs SHADOW_DATABASE_URL and ROOT_DATABASE_URL; see .env.example.',
    );
  }
  if (parseDatabaseUrl(shadowUrl).database === parseDatabaseUrl(urls.owner).database)
    throw new StartError(
      'INVALID_CONFIGURATION',
      'SHADOW_DATABASE_URL must name a database of its own: it is dropped and made again.',
    );
  const settings = { ...(await migrationSettings(urls, log)), shadowConnectionString: shadowUrl };
  await requireShadow(urls.root, shadowUrl);
  await withClient(urls.owner, async (client) => {
    await requireMigrated(client);
    await checkMigrations(settings.migrationsFolder as string, client);
  });
  const working = outliveLostConnections(() => work(settings, urls));
  undo.push(() => working.catch(() => {}));
  try {
    await working;
  } finally {
    // As in migrate.ts: its connections must be gone before the database is.
    clearAllPools();
  }
}

/** Whether ROOT_DATABASE_URL can drop and make the shadow database, which nothing else may use. */
async function requireShadow(rootUrl: string, shadowUrl: string): Promise<void> {
  const { database, user } = parseDatabaseUrl(shadowUrl);
  await withClient(rootUrl, async (client) => {
    const { rows } = await client.query<{ mayCreate: boolean; others: number; ownerExists: boolean }>(
      `select rolsuper or rolcreatedb as "mayCreate",
         (select count(*)::int from pg_stat_activity where datname = $1) as others,
         exists (select from pg_roles where rolname = $2) as "ownerExists"
       from pg_roles where rolname = current_user`,
      [database, user],
    );
    const { mayCreate, others, ownerExists } = rows[0]!;
    if (!mayCreate)
      throw new StartError(
        'SHADOW_UNAVAILABLE',
        'The user of ROOT_DATABASE_URL may not create databases, so the shadow database cannot be made. Give a user who may.',
      );
    if (!ownerExists)
      throw new StartError(
        'SHADOW_UNAVAILABLE',
        `SHADOW_DATABASE_URL logs in as ${user}, a role that does not exist at ROOT_DATABASE_URL. Both must name the same server; the role is that of DATABASE_OWNER_URL.`,
      );
    if (others > 0)
      throw new StartError(
        'SHADOW_UNAVAILABLE',
        `The shadow database ${database} is in use by ${others} other connection${others === 1 ? '' : 's'}, so it cannot be made again. End them: another commit may be running, or a client such as psql.`,
      );
  }).catch((error: Error) => {
    if (error instanceof StartError) throw error;
    throw new StartError(
      'SHADOW_UNAVAILABLE',
      `The shadow database cannot be made, because PostgreSQL does not answer to ROOT_DATABASE_URL: ${error.message || (error as NodeJS.ErrnoException).code}. Start it, or check the URL.`,
    );
  });
}

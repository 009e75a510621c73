import { readFile } from 'node:fs/promises';
import type { Settings } from 'graphile-migrate';
import { parseMigrationText } from 'graphile-migrate/dist/migration.js';
import pg from 'pg';
import { StartError } from '../errors.ts';
import { describeFailureOf } from './describe-sql-failure.ts';
import { isLost } from './is-lost.ts';
import { excerptAt } from './sql-place.ts';

/**
 * What to say of migrations that could not be run, in place of graphile-migrate's error and stack.
 *
 * @param file of migrations/committed that was running; undefined when none was
 * @param url of the database in which it failed, as the owner of the schema
 * @returns the error itself when it was not foreseen
 */
export async function explainMigrationFailure(
  error: Error,
  { file, settings, url }: { file: string | undefined; settings: Settings; url: string },
): Promise<Error> {
  if (error instanceof StartError) return error;
  if (error.message === 'Failed to get exclusive lock')
    return new StartError(
      'MIGRATION_LOCKED',
      'Another migration of this database is still running. Wait for it to end; if there is none, look for its connection in pg_stat_activity and end it (pg_terminate_backend).',
    );
  if (isLost(error))
    return new StartError(
      'DATABASE_UNREACHABLE',
      `PostgreSQL was lost while the migrations ran: ${error.message || (error as NodeJS.ErrnoException).code}. Run the command again when it answers; a migration that was interrupted is undone.`,
    );
  if (error instanceof pg.DatabaseError && file)
    return new StartError(
      'MIGRATION_FAILED',
      `${await describeCommitted(error, file, settings, url)}\n${file} was not run, and no migration after it. Correct what it runs into, and run npm run migrate again.`,
    );
  if (error instanceof pg.DatabaseError)
    return new StartError(
      'MIGRATION_FAILED',
      `PostgreSQL refuses to prepare the migrations: ${error.message} (${error.code}). The owner of the schema, who is named by DATABASE_OWNER_URL, needs that right; npm run db:setup gives it.`,
    );
  return error;
}

async function describeCommitted(
  error: pg.DatabaseError,
  file: string,
  settings: Settings,
  url: string,
): Promise<string> {
  const text = await readFile(`${settings.migrationsFolder}/committed/${file}`, 'utf8');
  const { body } = parseMigrationText(file, text);
  // graphile-migrate runs what follows the header, without blank lines around it.
  const begin = [...text.slice(0, text.indexOf(body.trim()))].length;
  return describeFailureOf(error, {
    name: file,
    sql: body,
    findPlace: (offset) => ({ file, ...excerptAt(text, begin + offset) }),
    settings,
    url,
  });
}

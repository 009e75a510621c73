import type pg from 'pg';
import { StartError } from '../errors.ts';

/**
 * Refuses a database on which no migration has run.
 *
 * @param client of the owner of the schema
 * @throws StartError `NOT_MIGRATED`
 */
export async function requireMigrated(client: pg.ClientBase): Promise<void> {
  const { rowCount } = await client.query(`select from pg_namespace where nspname = 'app_public'`);
  if (rowCount === 0)
    throw new StartError(
      'NOT_MIGRATED',
      'The database has not been migrated yet. Run `npm run migrate` first.',
    );
}

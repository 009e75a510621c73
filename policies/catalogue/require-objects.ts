import type { ClientBase } from 'pg';
import { requireMigrated } from '../../src/database/require-migrated.ts';
import { readQuery } from './read-query.ts';

/**
 * Refuses a database with nothing in it, of which anything could be said: schemas that this project did not make are welcome.
 *
 * @throws StartError `NOT_MIGRATED`
 */
export async function requireObjects(client: ClientBase): Promise<void> {
  const schemas = await readQuery<{ name: string }>(client, 'schema-names');
  const names = schemas.map(({ name }) => name);
  const [answer] = await readQuery<{ has_objects: boolean }>(client, 'has-objects', names);
  if (!answer?.has_objects) await requireMigrated(client);
}

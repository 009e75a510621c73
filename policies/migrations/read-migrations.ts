import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../../src/errors.ts';

export type MigrationFile = { file: string; text: string };

/** Where graphile-migrate keeps this project's migrations, in the order in which they run. */
export const USUAL_MIGRATIONS = ['migrations/committed', 'migrations/current.sql'];

/**
 * Reads migrations in the order in which they run: files and folders as given, a folder's `.sql` files by name.
 * Without any, the usual places, if they are there.
 *
 * @throws StartError `NOT_FOUND` for a path that was asked for and does not exist.
 */
export async function readMigrations(paths: string[] | undefined): Promise<MigrationFile[]> {
  const files = await Promise.all(
    (paths ?? USUAL_MIGRATIONS).map((path) => readPath(path, paths !== undefined)),
  );
  return files.flat();
}

async function readPath(path: string, mustExist: boolean): Promise<MigrationFile[]> {
  const entry = await stat(path).catch(() => null);
  if (!entry) {
    if (mustExist) throw new StartError('NOT_FOUND', `There are no migrations at ${path}.`);
    return [];
  }
  if (!entry.isDirectory()) return [{ file: path, text: await readFile(path, 'utf8') }];
  const names = (await readdir(path)).filter((name) => name.endsWith('.sql')).toSorted();
  return Promise.all(
    names.map(async (name) => ({ file: join(path, name), text: await readFile(join(path, name), 'utf8') })),
  );
}

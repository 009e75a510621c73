import { readFile } from 'node:fs/promises';
import type { Settings } from 'graphile-migrate';
import { StartError } from '../errors.ts';

/** Whether there is nothing in it but comments; an include is no comment. */
export const isBlankSql = (sql: string): boolean =>
  sql.split('\n').every((line) => /^\s*(--(?!!)|$)/.test(line));

/** The text of `current.sql`. @throws StartError `CURRENT_MISSING` */
export async function readCurrent(settings: Settings): Promise<{ path: string; text: string }> {
  const path = `${settings.migrationsFolder}/current.sql`;
  try {
    return { path, text: await readFile(path, 'utf8') };
  } catch (error) {
    throw new StartError(
      'CURRENT_MISSING',
      `current.sql cannot be read (${(error as NodeJS.ErrnoException).code}). It stands beside package.json, and migrations/current.sql is a link to it; make it again, if need be as an empty file.`,
    );
  }
}

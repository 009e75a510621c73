import { readFile } from 'node:fs/promises';
import { compile, type Settings } from 'graphile-migrate';
import pg from 'pg';
import { StartError } from '../errors.ts';
import { endsTransaction } from '../sql/ends-transaction.ts';

import { sqlStatements } from '../sql/statements.ts';
import { findSqlPlace, type SqlPlace } from './sql-place.ts';
import { withClient } from './with-client.ts';

/** The first line of a migration without a transaction, which cannot be tried and taken back. */
const NO_TRANSACTION = /^--!\s*no-transaction\b/;

/**
 * What is wrong with `current.sql`, for whoever writes it: place, reason, the lines around it, and what else PostgreSQL says.
 *
 * @param url of the database in which it failed, as its owner
 */
export async function describeSqlFailure(error: Error, settings: Settings, url: string): Promise<string> {
  if (error instanceof StartError) return error.message;
  if (!(error instanceof pg.DatabaseError)) return `current.sql: ${error.message}`;
  const sql = await compileCurrent(settings);
  const findPlace = (offset: number) => findSqlPlace(sql, offset);
  return describeFailureOf(error, { name: 'current.sql', sql, findPlace, settings, url });
}

/** The same of any SQL that was run as a whole; `findPlace` says where an offset of it was written. */
export async function describeFailureOf(
  error: pg.DatabaseError,
  {
    name,
    sql,
    findPlace,
    settings,
    url,
  }: {
    name: string;
    sql: string;
    findPlace: (offset: number) => SqlPlace;
    settings: Settings;
    url: string;
  },
): Promise<string> {
  const offset = error.position ? Number(error.position) - 1 : await findStatement(error, sql, settings, url);
  const place = offset === undefined ? undefined : findPlace(offset);
  const { code, message, detail, hint, where } = error;
  return [
    `${place ? `${place.file}:${place.line}:${place.column}` : name}: ${message} (${code})`,
    ...(place ? [indent(place.excerpt)] : []),
    ...(detail ? [indent(`detail: ${detail}`)] : []),
    ...(hint ? [indent(`hint: ${hint}`)] : []),
    ...(where ? [indent(`in: ${where}`)] : []),
  ].join('\n');
}

const indent = (text: string) => text.replace(/^/gm, '    ');

async function compileCurrent(settings: Settings): Promise<string> {
  const filename = `${settings.migrationsFolder}/current.sql`;
  return compile(settings, await readFile(filename, 'utf8'), { filename });
}

/**
 * Finds the statement that fails when PostgreSQL does not say where, as for a table that exists already: runs them one
 * by one, and takes all of it back. @returns its offset in characters; undefined when none fails like that, or one ends
 * the transaction first
 */
async function findStatement(
  { code }: pg.DatabaseError,
  compiled: string,
  settings: Settings,
  url: string,
): Promise<number | undefined> {
  if (NO_TRANSACTION.test(compiled)) return undefined;
  return withClient(url, async (client) => {
    const names = Object.keys(settings.pgSettings ?? {});
    for (const name of names)
      await client.query('select set_config($1, $2, false)', [name, settings.pgSettings?.[name]]);
    await client.query('begin');
    for (const { start, end } of sqlStatements(compiled)) {
      const text = compiled.slice(start, end);
      if (await endsTransaction(text)) return undefined;
      try {
        // With the extended protocol PostgreSQL takes one statement, whatever looks like one here.
        await client.query({ text, queryMode: 'extended' } as pg.QueryConfig);
      } catch (error) {
        if ((error as pg.DatabaseError).code !== code) return undefined;
        return [...compiled.slice(0, start)].length;
      }
    }
    return undefined;
  });
}

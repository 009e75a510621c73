import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { isPlural } from '../../policies/lint/rules/name-plural-table.ts';
import { quoteName } from '../../policies/sql/quote-name.ts';
import { StartError } from '../errors.ts';
import { type NewColumn, readColumns, SNAKE_CASE } from './columns.ts';
import { tableSql } from './table-sql.ts';
import { tableTest } from './table-test.ts';

/**
 * Adds a table whose rows are their user's to current.sql, and its test to test/db. Nothing is overwritten.
 *
 * @param folder of the project
 * @param columns such as `title:text! body:text`
 * @returns the path of the test, from the project's folder
 * @throws StartError `INVALID_INPUT`, `NOT_UNIQUE`
 */
export async function newTable(folder: string, name: string, columns: string): Promise<{ test: string }> {
  checkName(name);
  const read = readColumns(columns, isReserved);
  const test = `test/db/${name.replaceAll('_', '-')}.test.ts`;
  await checkIsNew(folder, name, test);
  await writeFile(join(folder, test), tableTest(name, read), { flag: 'wx' });
  await noteReach(join(folder, 'test/db/own-tables.json'), name, read);
  await format(folder, test, 'test/db/own-tables.json');
  // Whatever the last line is, it ends here.
  await appendFile(join(folder, 'current.sql'), `\n${tableSql(name, read)}`);
  return { test };
}

/** How long the lines are depends on the names in them. */
async function format(folder: string, ...files: string[]): Promise<void> {
  const biome = fileURLToPath(import.meta.resolve('@biomejs/biome/bin/biome'));
  await promisify(execFile)(process.execPath, [biome, 'format', '--write', ...files], { cwd: folder });
}

/** Says what the roles can reach from now on, for the tests that compare it with the catalogue. */
async function noteReach(file: string, name: string, columns: NewColumn[]): Promise<void> {
  const table = `app_public.${name}`;
  const names = columns
    .map((column) => column.name)
    .sort()
    .join(', ');
  const ofUsers = [
    `columns ${table} (${names}): insert`,
    `columns ${table} (${names}): update`,
    `table ${table}: delete, select`,
  ];
  const known = JSON.parse(await readFile(file, 'utf8'));
  const all = { ...known, [table]: { anonymous: [], webuser: ofUsers } };
  await writeFile(file, `${JSON.stringify(all, null, 2)}\n`);
}

const isReserved = (name: string): boolean => quoteName(name) !== name;

function checkName(name: string): void {
  const problem = !SNAKE_CASE.test(name)
    ? 'must be snake_case: a-z, 0-9 and _, first a letter'
    : name.length > 40
      ? 'must have at most 40 characters'
      : isReserved(name) || name.startsWith('pg_')
        ? 'is reserved by SQL'
        : !isPlural(name)
          ? 'must be a plural, as tables are'
          : null;
  if (problem) throw new StartError('INVALID_INPUT', `${name} ${problem}. Choose another name.`);
}

/** Tables that are committed or being written, the API's own types, and files. */
async function checkIsNew(folder: string, name: string, test: string): Promise<void> {
  const read = (file: string) => readFile(join(folder, file), 'utf8');
  const relation = new RegExp(
    `\\bcreate (?:table|view|materialized view)[^;(]*\\bapp_public\\.${name}\\b`,
    'i',
  );
  for (const file of ['migrations/schema.sql', 'current.sql'])
    if (relation.test(await read(file)))
      throw taken(`There is a table app_public.${name} already, in ${file}.`);
  const schema = await read('src/schema.graphql');
  const type = typeNames(name).find((one) =>
    new RegExp(`^(type|input|enum|scalar|interface) ${one}\\b`, 'm').test(schema),
  );
  if (type) throw taken(`The API has a type ${type} already, which a row of ${name} would be called.`);
  if (existsSync(join(folder, test))) throw taken(`There is ${test} already.`);
}

/** What the API may call a row. */
const typeNames = (name: string): string[] =>
  [name.replace(/ies$/, 'y'), name.replace(/s$/, ''), name.replace(/es$/, '')].map((one) =>
    one.replaceAll(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase()),
  );

const taken = (message: string) => new StartError('NOT_UNIQUE', message);

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeSqlFailure } from '../../src/database/describe-sql-failure.ts';
import { migrationSettings } from '../../src/database/migrate.ts';
import { withClient } from '../../src/database/with-client.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';

describe('what is said of a current.sql that fails', () => {
  let database: TestDatabase;
  let migrationsFolder: string;
  beforeAll(async () => {
    database = await createTestDatabase();
    migrationsFolder = await mkdtemp(join(tmpdir(), 'rowgate-sql-'));
    await mkdir(join(migrationsFolder, 'fixtures'));
    await writeFile(join(migrationsFolder, 'fixtures/broken.sql'), 'select 1;\nselect 2 +;\n');
    await writeFile(join(migrationsFolder, 'fixtures/good.sql'), 'select 1;\nselect 2;\nselect 3;\n');
  });
  afterAll(async () => {
    await rm(migrationsFolder, { recursive: true });
    await database.drop();
  });

  /** @param compiled the SQL with what it includes */
  async function failureOf(sql: string, compiled = sql): Promise<string> {
    const file = join(migrationsFolder, 'current.sql');
    await writeFile(file, sql);
    const settings = { ...(await migrationSettings(database, () => {})), migrationsFolder };
    const error = await withClient(database.owner, (client) => client.query(compiled)).catch(
      (error) => error,
    );
    return describeSqlFailure(error, settings, database.owner);
  }

  it('can name the place that PostgreSQL names, counted in characters', async () => {
    expect(await failureOf("select 'é😀';\n\nselect '😀', nothing;")).toBe(
      [
        'current.sql:3:13: column "nothing" does not exist (42703)',
        "    1 | select 'é😀';",
        '    2 | ',
        "    3 | select '😀', nothing;",
        '      |             ^',
      ].join('\n'),
    );
  });

  it('can find the statement where PostgreSQL names no place, and leaves nothing behind', async () => {
    const sql = 'create table app_public.a (id integer);\ncreate table app_public.users (id integer);';
    expect(await failureOf(sql)).toMatch(/^current\.sql:2:1: relation "users" already exists \(42P07\)\n/);
    const { rows } = await withClient(database.owner, (client) =>
      client.query(`select to_regclass('app_public.a') as a`),
    );
    expect(rows).toEqual([{ a: null }]);
  });

  it.each([
    'select 1; commit; create table app_public.left_behind (id integer); select 1/0;',
    'select begin atomic from (select 1 as begin) x; commit; create table app_public.left_behind (id integer); select 1 as end; select 1/0;',
  ])('cannot leave anything behind, even where the file ends the transaction: %s', async (sql) => {
    expect(await failureOf(sql)).toMatch(/^current\.sql: division by zero \(22012\)/);
    const { rows } = await withClient(database.owner, (client) =>
      client.query(`select to_regclass('app_public.left_behind') as left_behind`),
    );
    expect(rows).toEqual([{ left_behind: null }]);
  });

  it('can name the file that was included, and count on behind it', async () => {
    const included = '--! Included broken.sql\nselect 1;\nselect 2 +;\n--! EndIncluded broken.sql';
    expect(await failureOf('select 0;\n--!include broken.sql\n', `select 0;\n${included}\n`)).toMatch(
      /^migrations\/fixtures\/broken\.sql:2:11: syntax error/,
    );
    const good = '--! Included good.sql\nselect 1;\nselect 2;\nselect 3;\n--! EndIncluded good.sql';
    expect(await failureOf('--!include good.sql\nselect nothing;', `${good}\nselect nothing;`)).toBe(
      [
        'current.sql:2:8: column "nothing" does not exist (42703)',
        '    1 | --!include good.sql',
        '    2 | select nothing;',
        '      |        ^',
      ].join('\n'),
    );
  });

  it('can pass on what else PostgreSQL says', async () => {
    const sql = `do $$ begin\n  raise 'no' using detail = 'because', hint = 'do this';\nend $$;`;
    expect(await failureOf(sql)).toMatch(
      /: no \(P0001\)\n(.*\n)* {4}detail: because\n {4}hint: do this\n {4}in: PL\/pgSQL .* line 2 at RAISE$/,
    );
  });
});

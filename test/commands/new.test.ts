import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findHoles } from '../../policies/lint/find-holes.ts';
import { dumpSchema } from '../../src/database/schema-dump.ts';
import { withClient } from '../../src/database/with-client.ts';
import { DUMPED_SCHEMAS } from '../../src/database/write-schema-dump.ts';
import { newTable } from '../../src/scaffold/new-table.ts';
import { projectFolder } from '../docs/read-documents.ts';
import { withTestDatabase } from '../helpers/test-database.ts';

const BLANK = '-- The migration being written.\n';
const COLUMNS =
  'title:text! note:text rank:integer! share:numeric is_done:boolean due:date at:timestamptz ref:uuid extra:jsonb';

describe('npm run new -- table', () => {
  let folder: string;
  const read = (file: string) => readFile(join(folder, file), 'utf8');

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowgate-new-'));
    await mkdir(join(folder, 'test/db'), { recursive: true });
    for (const file of ['migrations/schema.sql', 'src/schema.graphql', 'biome.json', '.gitignore'])
      await cp(join(projectFolder, file), join(folder, file));
    await writeFile(join(folder, 'current.sql'), BLANK);
    await writeFile(join(folder, 'test/db/own-tables.json'), '{}\n');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('can write a table that keeps every convention, and is the same when run twice', async () => {
    await newTable(folder, 'rowgate_test_reading_lists', COLUMNS);
    await newTable(folder, 'rowgate_test_notes', 'body:text!');
    const sql = await read('current.sql');
    await withTestDatabase(async (database) => {
      await withClient(database.owner, async (client) => {
        await client.query(sql);
        const once = await dumpSchema(client, { schemas: DUMPED_SCHEMAS });
        expect(once).toContain('create table app_public.rowgate_test_reading_lists');
        await client.query(sql);
        expect(await dumpSchema(client, { schemas: DUMPED_SCHEMAS })).toBe(once);
        const migrations = [{ file: 'current.sql', text: sql }];
        const { findings } = await findHoles(client, {
          schemas: ['app_public'],
          roles: undefined,
          migrations,
        });
        expect(
          findings.filter(({ object }) => /rowgate_test_notes|rowgate_test_reading_lists/.test(object)),
        ).toEqual([]);
      });
    });
  });

  it('can add to what is being written, and note what the roles can reach', async () => {
    await writeFile(join(folder, 'current.sql'), `${BLANK}select 1;`);
    expect(await newTable(folder, 'rowgate_test_reading_lists', 'title:text!')).toEqual({
      test: 'test/db/rowgate-test-reading-lists.test.ts',
    });
    expect(await read('current.sql')).toMatch(/^-- The migration being written.\nselect 1;\n\n?-- Until/);
    expect(JSON.parse(await read('test/db/own-tables.json'))).toEqual({
      'app_public.rowgate_test_reading_lists': {
        anonymous: [],
        webuser: [
          'columns app_public.rowgate_test_reading_lists (title): insert',
          'columns app_public.rowgate_test_reading_lists (title): update',
          'table app_public.rowgate_test_reading_lists: delete, select',
        ],
      },
    });
  });

  const cannot = async (name: string, columns: string, message: string | RegExp) => {
    const before = await read('current.sql');
    await expect(newTable(folder, name, columns)).rejects.toThrow(message);
    expect(await read('current.sql')).toBe(before);
    expect(await read('test/db/own-tables.json')).toBe('{}\n');
  };

  it.each([
    ['Notes', 'snake_case'],
    ['my-notes', 'snake_case'],
    ['1notes', 'snake_case'],
    ['my__notes', 'snake_case'],
    ["notes'; drop", 'snake_case'],
    ['../notes', 'snake_case'],
    [`${'x'.repeat(40)}s`, 'at most 40 characters'],
    ['values', 'reserved'],
    ['pg_notes', 'reserved'],
    ['note', 'plural'],
    ['users', 'already, in migrations/schema.sql'],
    ['audit_events', 'already, in migrations/schema.sql'],
    ['queries', 'a type Query already'],
    ['nodes', 'a type Node already'],
    ['user_roles', 'a type UserRole already'],
  ])('cannot be called %s', (name, message) => cannot(name, 'body:text!', message));

  it.each([
    ['', 'at least one column'],
    ['body', 'not of the form name:type'],
    ['Body:text', 'snake_case'],
    ['body:varchar', 'varchar is none of text, integer'],
    ['body:constructor', 'constructor is none of'],
    ['body:text body:text', 'twice'],
    ['user_id:uuid', 'every table has the column user_id already'.replace('every', 'Every')],
    ['order:integer', 'a word of SQL'],
    [`${'x'.repeat(41)}:text`, 'at most 40'],
  ])('cannot have the columns %j', (columns, message) => cannot('rowgate_test_notes', columns, message));

  it('cannot overwrite anything', async () => {
    await writeFile(join(folder, 'test/db/rowgate-test-notes.test.ts'), 'mine');
    await cannot('rowgate_test_notes', 'body:text!', 'There is test/db/rowgate-test-notes.test.ts already.');
    expect(await read('test/db/rowgate-test-notes.test.ts')).toBe('mine');
    await writeFile(
      join(folder, 'current.sql'),
      'create table if not exists app_public.rowgate_test_letters ();',
    );
    await cannot('rowgate_test_letters', 'body:text!', 'already, in current.sql');
  });
});

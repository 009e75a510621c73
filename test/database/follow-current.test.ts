import { cp, mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { followCurrent } from '../../src/database/follow-current.ts';
import { withClient } from '../../src/database/with-client.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';
import { until } from '../helpers/until.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const TABLE = 'app_public.rowgate_test_followed';
/** Safe to run twice, and to be seen in the database. */
const sql = (value: string) =>
  `drop table if exists ${TABLE};\ncreate table ${TABLE} as select '${value}'::text as value;\n`;

describe('current.sql in watch mode', () => {
  let database: TestDatabase;
  let folder: string;
  let current: string;
  let stop: () => Promise<void>;
  let said: string[] = [];
  let count = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowgate-watch-'));
    for (const name of ['committed', 'actions'])
      await cp(join(project, 'migrations', name), join(folder, 'migrations', name), { recursive: true });
    await mkdir(join(folder, 'migrations/fixtures/functions'), { recursive: true });
    current = join(folder, 'current.sql');
    // As in the project.
    await symlink('../current.sql', join(folder, 'migrations/current.sql'));
    await writeFile(current, sql('begin'));
    said = [];
    const say = (mark: string) => (message: string) => void said.push(`${mark} ${message}`);
    stop = await followCurrent(
      database,
      { step: say('›'), done: say('✓'), failed: say('✗') },
      join(folder, 'migrations'),
    );
    await untilIs('begin');
  });
  afterEach(async () => {
    await stop();
    await rm(folder, { recursive: true });
  });

  const value = () =>
    withClient(database.owner, async (client) => {
      const { rows } = await client.query(`select value from ${TABLE}`).catch(() => ({ rows: [] }));
      return rows[0]?.value as string | undefined;
    });
  const untilIs = (expected: string) => until(async () => (await value()) === expected, 20_000);
  const untilSaid = async (pattern: RegExp) => {
    await until(() => said.some((message) => pattern.test(message)), 20_000);
    return said.find((message) => pattern.test(message));
  };
  /** Another save works after the one that was tried. */
  const stillFollows = async () => {
    const next = `next ${++count}`;
    await writeFile(current, sql(next));
    await untilIs(next);
  };

  it.each<[string, () => Promise<void>]>([
    ['written in place', () => writeFile(current, sql('changed'))],
    [
      'renamed over, as most editors do',
      async () => {
        await writeFile(`${current}.tmp`, sql('changed'));
        await rename(`${current}.tmp`, current);
      },
    ],
    [
      'moved away as a backup, and written anew',
      async () => {
        await rename(current, `${current}~`);
        await writeFile(current, sql('changed'));
      },
    ],
    [
      'gone until it is missed, and made again',
      async () => {
        await unlink(current);
        await untilSaid(/current\.sql is gone/);
        expect(await value()).toBe('begin');
        await writeFile(current, sql('changed'));
      },
    ],
    [
      'emptied, and filled in a second step',
      async () => {
        await writeFile(current, '');
        await writeFile(current, sql('changed').slice(0, 20), { flag: 'a' });
        await writeFile(current, sql('changed').slice(20), { flag: 'a' });
      },
    ],
    [
      'a link that leads elsewhere now',
      async () => {
        await writeFile(join(folder, 'other.sql'), sql('changed'));
        await symlink('other.sql', `${current}.link`);
        await rename(`${current}.link`, current);
      },
    ],
    [
      'in a folder that git replaces',
      async () => {
        await writeFile(current, sql('changed'));
        await cp(join(folder, 'migrations'), join(folder, 'new'), {
          recursive: true,
          verbatimSymlinks: true,
        });
        await rename(join(folder, 'migrations'), join(folder, 'old'));
        await rename(join(folder, 'new'), join(folder, 'migrations'));
      },
    ],
    ['with a byte order mark', () => writeFile(current, `\uFEFF${sql('changed')}`)],
    ['with the line endings of Windows', () => writeFile(current, sql('changed').replaceAll('\n', '\r\n'))],
  ])('can be %s', async (_, change) => {
    await change();
    await untilIs('changed');
    await stillFollows();
    expect(said.filter((message) => message.startsWith('✗'))).toEqual([]);
  });

  it('cannot bring the line endings of Windows into a function', async () => {
    const body = 'select 1;\r\nselect 2;';
    const text = `create or replace function app_private.rowgate_test_lines() returns int language sql as $$\r\n${body}\r\n$$;\r\n`;
    await writeFile(current, text + sql('changed'));
    await untilIs('changed');
    await withClient(database.owner, async (client) => {
      const { rows } = await client.query(`select prosrc from pg_proc where proname = 'rowgate_test_lines'`);
      expect(rows).toEqual([{ prosrc: '\nselect 1;\nselect 2;\n' }]);
    });
  });

  const included = (name: string) => join(folder, 'migrations/fixtures/functions', name);
  it.each<[string, () => Promise<void>]>([
    ['changed', () => writeFile(included('rowgate_test.sql'), sql('changed'))],
    [
      'renamed over',
      async () => {
        await writeFile(included('new.tmp'), sql('changed'));
        await rename(included('new.tmp'), included('rowgate_test.sql'));
      },
    ],
    [
      'gone, which is said, and there again',
      async () => {
        await unlink(included('rowgate_test.sql'));
        await untilSaid(/^✗ current\.sql: Include of 'functions\/rowgate_test\.sql' failed/);
        await writeFile(included('rowgate_test.sql'), sql('changed'));
      },
    ],
    [
      'in a folder that is replaced',
      async () => {
        await rm(join(folder, 'migrations/fixtures'), { recursive: true });
        await mkdir(join(folder, 'migrations/fixtures/functions'), { recursive: true });
        await writeFile(included('rowgate_test.sql'), sql('changed'));
      },
    ],
    ['with a byte order mark', () => writeFile(included('rowgate_test.sql'), `\uFEFF${sql('changed')}`)],
  ])('can include a file that is %s', async (_, change) => {
    await writeFile(included('rowgate_test.sql'), sql('included'));
    await writeFile(current, '--!include functions/rowgate_test.sql\r\nselect 1;\r\n');
    await untilIs('included');
    await change();
    await untilIs('changed');
    await stillFollows();
  });

  it.each<[string, Buffer, RegExp]>([
    [
      'UTF-16 LE',
      Buffer.from(`\uFEFF${sql('changed')}`, 'utf16le'),
      /^✗ current\.sql is UTF-16\. Save it as UTF-8\.$/,
    ],
    ['UTF-16 BE', Buffer.from(`\uFEFF${sql('changed')}`, 'utf16le').swap16(), /^✗ current\.sql is UTF-16\./],
    ['UTF-16 without a mark', Buffer.from(sql('changed'), 'utf16le'), /^✗ current\.sql holds NUL bytes/],
    [
      'Latin 1',
      Buffer.from(`${sql('changed')}-- caf\u00e9\n`, 'latin1'),
      /^✗ current\.sql is not UTF-8 in line 3\. Save it as UTF-8\.$/,
    ],
  ])('cannot be %s: nothing is applied, and what is wrong is said', async (_, bytes, message) => {
    await writeFile(current, bytes);
    await untilSaid(message);
    expect(await value()).toBe('begin');
    await stillFollows();
  });
});

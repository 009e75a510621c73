import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { dumpSchema } from '../../src/database/schema-dump.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';

const schemas = ['dump_secret', 'dump_app'];
const stages = (await readFixture('dump.sql')).split(/^-- stage.*$/m).slice(1);
const mutations = (await readFixture('dump-mutations.sql'))
  .split(/\n\n(?=-- )/)
  .slice(1)
  .map(readMutation);

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new Client({ connectionString: database.root });
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

describe('the schema dump', () => {
  let dump: string;
  beforeAll(async () => {
    dump = await fixtureDump({});
  });

  test('reads as expected, on every version of PostgreSQL', async () => {
    expect(withoutDatabase(dump)).toBe(await readFixture('dump-expected.sql'));
  });

  test('is the same twice', async () => {
    expect(await fixtureDump({})).toBe(dump);
  });

  test('is the same when the objects were made in another order', async () => {
    expect(await fixtureDump({ reversed: true })).toBe(dump);
  });

  test('is the same whatever the owner of the database is called', async () => {
    expect(await fixtureDump({ owner: 'dump_somebody' })).toBe(dump);
  });

  test('is the same whatever the settings of the session are', async () => {
    const settings = `
      set local search_path to dump_app, dump_secret, public;
      set local timezone to 'Asia/Tokyo';
      set local datestyle to 'German';
      set local quote_all_identifiers to on;`;
    expect(await fixtureDump({ settings })).toBe(dump);
  });

  test('is the same for a role that may do nothing', async () => {
    expect(await fixtureDump({ settings: 'set local role dump_visitor' })).toBe(dump);
  });
});

describe('the client of a schema dump', () => {
  test('cannot dump a schema that does not exist', async () => {
    await expect(dumpSchema(client, { schemas: ['dump_nowhere'] })).rejects.toThrow(
      /dump_nowhere.*do not exist/,
    );
  });

  test.each([
    { where: 'outside a transaction', start: '' },
    { where: 'in a transaction', start: 'begin' },
  ])('can go on as before $where', async ({ start }) => {
    await client.query(start);
    await client.query('set search_path to information_schema');
    const status = client.getTransactionStatus();
    await dumpSchema(client, { schemas: [] });
    expect(client.getTransactionStatus()).toBe(status);
    const { rows } = await client.query('show search_path');
    expect(rows).toEqual([{ search_path: 'information_schema' }]);
    await client.query('rollback; reset all');
  });
});

describe('the schema dump shows when', () => {
  let dump: string;
  beforeAll(async () => {
    await makeFixture({});
    dump = await dumpSchema(client, { schemas });
  });
  afterAll(() => client.query('rollback'));

  test.each(mutations)('$change', async ({ sql, diff }) => {
    await client.query('savepoint before_change');
    try {
      await client.query(sql);
      expect(changedLines(dump, await dumpSchema(client, { schemas }))).toEqual(diff);
    } finally {
      await client.query('rollback to savepoint before_change');
    }
  });
});

interface Variant {
  owner?: string;
  reversed?: boolean;
  settings?: string;
}

async function fixtureDump(variant: Variant): Promise<string> {
  try {
    await makeFixture(variant);
    return await dumpSchema(client, { schemas });
  } finally {
    await client.query('rollback');
  }
}

/** Makes the fixture in a transaction that is left open, since roles would outlive the database. */
async function makeFixture({
  owner = 'dump_owner',
  reversed = false,
  settings = '',
}: Variant): Promise<void> {
  await client.query(`
    begin;
    create role ${owner} superuser;
    do $$ begin execute format('alter database %I owner to ${owner}', current_database()); end $$;
    set local role ${owner};`);
  for (const stage of stages) {
    const statements = stage.split(/\n{2,}/);
    await client.query((reversed ? statements.reverse() : statements).join('\n'));
  }
  await client.query(settings);
}

function readFixture(name: string): Promise<string> {
  return readFile(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');
}

/** A title, SQL, and after `---` and `--+` the lines that it takes from the dump and adds to it. */
function readMutation(text: string): { change: string; sql: string; diff: string[] } {
  const lines = text.trim().split('\n');
  const diff = lines.filter((line) => /^--[-+]/.test(line)).map((line) => line.slice(2));
  return { change: lines[0]!.slice(3), sql: text, diff };
}

/** The lines of which there are fewer (`-`) or more (`+`) than before. */
function changedLines(before: string, after: string): string[] {
  const lacking = (text: string, other: string) => {
    const others = Map.groupBy(other.split('\n'), (line) => line);
    return text.split('\n').filter((line) => line !== '' && others.get(line)?.pop() === undefined);
  };
  return [
    ...lacking(before, after).map((line) => `-${line}`),
    ...lacking(after, before).map((line) => `+${line}`),
  ];
}

/** Without what the database has beside the fixture: its extensions, and what its owner gives by default. */
function withoutDatabase(dump: string): string {
  return dump.replaceAll(/^(create extension|alter default privileges (?!.*in schema)).*\n+/gm, '');
}

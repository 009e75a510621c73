import { chmod, cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { calculateHash } from 'graphile-migrate/dist/hash.js';
import pg from 'pg';
import { readPostmaster } from '../../src/database/embedded/postmaster-file.ts';
import { parseDatabaseUrl, withParts } from '../../src/database/urls.ts';
import { withClient } from '../../src/database/with-client.ts';
import { copyProject, type ProjectCopy } from '../e2e/helpers/project-copy.ts';
import { startRowgate } from '../helpers/rowgate-process.ts';
import { type CommandResult, runCommand } from '../helpers/run-command.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';
import { until } from '../helpers/until.ts';

const MIGRATE = ['src/commands/migrate.ts'];
const COMMIT = ['src/commands/migrate-commit.ts', '-m', 'something'];
const UNCOMMIT = ['src/commands/migrate-uncommit.ts'];
/** The key of graphile-migrate's lock. */
const LOCK = '4727445306447283';

let copy: ProjectCopy;
let database: TestDatabase;
let environment: Record<string, string>;

const folder = () => join(copy.folder, 'migrations/committed');
const file = (name: string) => join(folder(), name);
const committed = async () => (await readdir(folder())).sort();
const latest = async (back = 1) => (await committed()).at(-back) as string;
const current = (sql: string) => writeFile(join(copy.folder, 'current.sql'), sql);
const run = (args: string[], settings: Record<string, string> = {}) =>
  runCommand(args, { ...environment, ...settings }, { folder: copy.folder });
const shadowName = () => `${parseDatabaseUrl(database.owner).database}_shadow`;

/** Fails with one message, which is this, and no stack. */
function expectFailure({ code, stdout, stderr }: CommandResult, message: RegExp): void {
  expect(stderr).toMatch(message);
  expect([code, stdout + stderr]).toEqual([1, expect.not.stringMatching(/^ +at /m)]);
}

beforeAll(async () => {
  copy = await copyProject();
  await cp(folder(), `${folder()}.original`, { recursive: true });
});
afterAll(() => copy.remove());

beforeEach(async () => {
  await rm(folder(), { recursive: true });
  await cp(`${folder()}.original`, folder(), { recursive: true });
  await current('-- nothing\n');
  database = await createTestDatabase();
  environment = {
    DATABASE_URL: database.authenticator,
    DATABASE_OWNER_URL: database.owner,
    ROOT_DATABASE_URL: database.root,
    SHADOW_DATABASE_URL: withParts(database.owner, { database: shadowName() }),
  };
});
afterEach(async () => {
  await withClient(database.root, (client) =>
    client.query(`drop database if exists ${shadowName()} with (force)`),
  );
  await database.drop();
});

/** Commits SQL as a file, without running it. */
async function commitFile(number: string, sql: string): Promise<string> {
  const last = /^--! Hash: (.*)$/m.exec(await readFile(file(await latest()), 'utf8'))?.[1] as string;
  const name = `${number}-added.sql`;
  const header = `--! Previous: ${last}\n--! Hash: ${calculateHash(sql, last)}\n\n`;
  await writeFile(file(name), `${header}${sql}`);
  return name;
}

describe('migrations', () => {
  it.each([
    ['migrate', MIGRATE],
    ['migrate:commit', COMMIT],
    ['migrate:uncommit', UNCOMMIT],
  ])(
    'cannot be run when a file is missing, changed, of another number or header: %s says which',
    async (_, command) => {
      const [before, missing] = [await latest(3), await latest(2)];
      await rename(file(missing), `${folder()}.kept`);
      expectFailure(await run(command), new RegExp(`does not follow ${before}.*git checkout`));
      await rename(`${folder()}.kept`, file(missing));

      const text = await readFile(file(missing), 'utf8');
      await rm(file(missing));
      await writeFile(file(missing), `${text}-- changed\n`);
      expectFailure(await run(command), new RegExp(`^${missing} was changed after it was committed`, 'm'));
      await writeFile(file(missing), text.replace(/^--! Hash.*\n/m, ''));
      expectFailure(await run(command), new RegExp(`^${missing} does not begin with`, 'm'));
      await writeFile(file(missing), text.replace(/\n/g, '\r\n'));
      expectFailure(await run(command), /has the line endings of Windows \(CRLF\)/);
      await writeFile(file(missing), text);

      const twin = `${missing.slice(0, 6)}-zz.sql`;
      await writeFile(file(twin), text);
      expectFailure(await run(command), new RegExp(`${missing} and ${twin} have the same number`));
    },
  );

  it.each([
    ['migrate', MIGRATE],
    ['migrate:commit', COMMIT],
  ])('cannot be run on a database that is ahead of the files: %s says so', async (_, command) => {
    const last = await latest();
    await rename(file(last), `${folder()}.kept`);
    expectFailure(await run(command), new RegExp(`has run the migration ${last.slice(0, 6)}\\.sql`));
    await rename(`${folder()}.kept`, file(last));
    await withClient(database.owner, (client) =>
      client.query(
        `update graphile_migrate.migrations set hash = 'sha1:other' where filename = (select max(filename) from graphile_migrate.migrations)`,
      ),
    );
    expectFailure(await run(command), new RegExp(`has run another ${last.slice(0, 6)}\\.sql than ${last}`));
  });

  it('cannot leave one out that was added before the latest', async () => {
    await withClient(database.owner, (client) =>
      client.query('delete from graphile_migrate.migrations where filename = $1', ['000001.sql']).catch(() =>
        client.query(
          `update graphile_migrate.migrations set previous_hash = null where filename = '000002.sql';
           delete from graphile_migrate.migrations where filename = '000001.sql'`,
        ),
      ),
    );
    expectFailure(await run(MIGRATE), /^000001-.* comes before .*, which the database has run already/m);
  });

  it('say file and line of SQL that fails, whether or not PostgreSQL says where', async () => {
    const name = await commitFile('000900', 'select 1;\n\nselect nothing\nfrom nowhere;\n');
    expectFailure(
      await run(MIGRATE),
      new RegExp(`^${name}:7:6: relation "nowhere" does not exist \\(42P01\\)\n`, 'm'),
    );
    await rm(file(name));
    await commitFile('000900', 'select 1;\ncreate table app_public.users (id int);\n');
    expectFailure(await run(MIGRATE), new RegExp(`^${name}:5:1: relation "users" already exists`, 'm'));
  });

  it('can lose PostgreSQL half-way, and say so', async () => {
    const name = await commitFile('000900', 'select pg_sleep(60);\n');
    const migrating = run(MIGRATE);
    await withClient(database.root, (client) =>
      until(async () => {
        const { rowCount } = await client.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and query like 'select pg_sleep%' and state = 'active'`,
        );
        return rowCount;
      }),
    );
    expectFailure(await migrating, /PostgreSQL was lost while the migrations ran.*Run the command again/);
    await rm(file(name));
    expect(await run(MIGRATE)).toMatchObject({ code: 0 });
  });

  it('say why on the embedded PostgreSQL too, which they stop', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'rowgate-migrations-'));
    await chmod(dataDir, 0o755);
    const before = await latest(3);
    await rm(file(await latest(2)));
    const { DATABASE_URL, DATABASE_OWNER_URL, ...rest } = environment;
    environment = { ...rest, DATA_DIR: dataDir };
    expectFailure(await run(MIGRATE), new RegExp(`does not follow ${before}`));
    expect(await readdir(join(dataDir, 'postgres'))).toContain('PG_VERSION');
    expect(await readPostmaster(join(dataDir, 'postgres'))).toBeUndefined();
    await rm(dataDir, { recursive: true });
  });

  it('wait for another run, and go on when it has ended', async () => {
    const client = new pg.Client({ connectionString: database.owner });
    await client.connect();
    await client.query(`select pg_advisory_lock(${LOCK})`);
    const migrating = startRowgate(MIGRATE, environment);
    await migrating.says('Waiting for another migration to end');
    await client.end();
    await migrating.says('The database has every committed migration');
  });
});

describe('committing', () => {
  it('refuses an empty or missing current.sql, and one with a wrong include', async () => {
    expectFailure(await run(COMMIT), /^current\.sql has no SQL yet/m);
    await current('--!include functions/nothing.sql\n');
    expectFailure(await run(COMMIT), /^current\.sql: Include of 'functions\/nothing\.sql' failed/m);
    await rm(join(copy.folder, 'current.sql'));
    expectFailure(await run(COMMIT), /^current\.sql cannot be read \(ENOENT\)/m);
    expectFailure(await run(UNCOMMIT), /^current\.sql cannot be read \(ENOENT\)/m);
  });

  it('refuses while another run has the lock, and changes nothing', async () => {
    await current('select 1;\n');
    const before = await committed();
    await withClient(database.owner, async (client) => {
      await client.query(`select pg_advisory_lock(${LOCK})`);
      expectFailure(await run(COMMIT), /^Another migration of this database is still running/m);
    });
    expect(await committed()).toEqual(before);
    expect(await readFile(join(copy.folder, 'current.sql'), 'utf8')).toBe('select 1;\n');
  });

  it('refuses a shadow database that cannot be made', async () => {
    await current('select 1;\n');
    const nowhere = 'postgres://nobody:x@127.0.0.1:1/postgres';
    expectFailure(
      await run(COMMIT, { ROOT_DATABASE_URL: nowhere }),
      /shadow database cannot be made.*ECONNREFUSED/,
    );
    expectFailure(
      await run(COMMIT, { ROOT_DATABASE_URL: database.owner }),
      /user of ROOT_DATABASE_URL may not create databases/,
    );
    expectFailure(
      await run(COMMIT, {
        SHADOW_DATABASE_URL: withParts(environment.SHADOW_DATABASE_URL as string, { user: 'stranger' }),
      }),
      /SHADOW_DATABASE_URL logs in as stranger, a role that does not exist/,
    );
    expectFailure(
      await run(COMMIT, { SHADOW_DATABASE_URL: database.owner }),
      /SHADOW_DATABASE_URL must name a database of its own/,
    );
    await withClient(database.root, (client) => client.query(`create database ${shadowName()}`));
    await withClient(withParts(database.root, { database: shadowName() }), async () => {
      expectFailure(await run(COMMIT), /shadow database \S+ is in use by 1 other connection,/);
    });
  });

  it('notices that a run was killed after it had written the file', async () => {
    await commitFile('000900', 'create table app_private.added (id int);\n');
    await current('create table app_private.added (id int);\n');
    expectFailure(await run(COMMIT), /^current\.sql is committed already, as 000900-added\.sql/m);
  });

  it('finishes when it is asked to stop', async () => {
    await current('create table app_private.added (id int);\n');
    const committing = startRowgate(COMMIT, environment, { folder: copy.folder });
    await committing.says(`New migration`);
    expect(await committing.stop()).toBe(0);
    expect(await committed()).toContainEqual(expect.stringMatching(/-something\.sql$/));
    expect(await readFile(join(copy.folder, 'current.sql'), 'utf8')).not.toContain('added');
  });

  it('cannot be undone over SQL that is not committed', async () => {
    await current('select 1;\n');
    expectFailure(await run(UNCOMMIT), /^current\.sql has SQL that is not committed/m);
    expect(await readFile(join(copy.folder, 'current.sql'), 'utf8')).toBe('select 1;\n');
  });
});

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { migrateDatabase, migrationSettings } from '../../src/database/migrate.ts';
import { dumpSchema } from '../../src/database/schema-dump.ts';
import { type DatabaseUrls, withParts } from '../../src/database/urls.ts';
import { withClient } from '../../src/database/with-client.ts';
import { DUMPED_SCHEMAS, SCHEMA_DUMP_FILE } from '../../src/database/write-schema-dump.ts';
import { testConfig } from '../helpers/test-config.ts';
import { createTestDatabase, withTestDatabase } from '../helpers/test-database.ts';
import { until } from '../helpers/until.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const committed = `${project}migrations/committed/`;
const fixtures = `${project}migrations/fixtures/functions/`;
const dump = (url: string) => withClient(url, (client) => dumpSchema(client, { schemas: DUMPED_SCHEMAS }));

/** A database with the roles and nothing in it. */
async function withEmptyDatabase(
  work: (urls: DatabaseUrls & { root: string }) => Promise<void>,
): Promise<void> {
  const clone = await createTestDatabase();
  const name = `${new URL(clone.root).pathname.slice(1)}_empty`;
  const urls = {
    root: withParts(clone.root, { database: name }),
    owner: withParts(clone.owner, { database: name }),
    authenticator: withParts(clone.authenticator, { database: name }),
  };
  await withClient(clone.root, (client) => client.query(`create database ${name} owner rowgate_test_owner`));
  try {
    await work(urls);
  } finally {
    // Not by force: graphile-migrate keeps its connections for a moment, and ends the process when it loses one.
    await until(() =>
      withClient(clone.root, (client) => client.query(`drop database ${name}`)).then(
        () => true,
        () => false,
      ),
    );
    await clone.drop();
  }
}

/** Runs the body of a committed migration, as graphile-migrate would. */
async function runFile(client: pg.ClientBase, file: string): Promise<void> {
  await client.query('set search_path to pg_catalog, public, pg_temp');
  await client.query(await readFile(committed + file, 'utf8'));
}

describe('migrations', () => {
  it('make what migrations/schema.sql says', async () => {
    // Not a clone, which has current.sql as well.
    await withEmptyDatabase(async (urls) => {
      await migrateDatabase(urls, testConfig(), () => {});
      expect(await dump(urls.owner)).toBe(await readFile(SCHEMA_DUMP_FILE, 'utf8'));
    });
  });

  it('have functions that are those of migrations/fixtures', async () => {
    await withTestDatabase(async ({ owner }) => {
      const before = await dump(owner);
      await withClient(owner, async (client) => {
        await client.query('set search_path to pg_catalog, public, pg_temp');
        for (const file of await readdir(fixtures))
          await client.query(await readFile(fixtures + file, 'utf8'));
      });
      expect(await dump(owner)).toBe(before);
    });
  });

  it('cannot be changed once they are committed: files match their hashes', async () => {
    // The test database was migrated from these files; graphile-migrate refuses a file that its hash does not fit.
    await withTestDatabase(async (urls) => {
      const lines: string[] = [];
      await migrateDatabase(urls, testConfig(), (line) => lines.push(line));
      expect(lines.join()).toContain('Already up to date');
      const recorded = await withClient(urls.owner, (client) =>
        client.query('select hash, filename from graphile_migrate.migrations order by filename'),
      );
      const files = (await readdir(committed)).sort();
      const headers = await Promise.all(
        files.map(async (file) => /^--! Hash: (\S+)/m.exec(await readFile(committed + file, 'utf8'))?.[1]),
      );
      expect(recorded.rows.map(({ hash }) => hash)).toEqual(headers);
    });
  });

  it('change nothing when current.sql is run a second time', async () => {
    await withTestDatabase(async ({ owner }) => {
      const body = await readFile(`${project}current.sql`, 'utf8');
      const run = () => withClient(owner, (client) => client.query(body));
      await run();
      const once = await dump(owner);
      await run();
      expect(await dump(owner)).toBe(once);
    });
  });

  it('keep the rows of a database that was filled before the last of them', async () => {
    await withEmptyDatabase(async (urls) => {
      const files = (await readdir(committed)).sort();
      const settings = await migrationSettings(urls, () => {});
      expect(settings.migrationsFolder).toBe(`${project}migrations`);
      await promisify(execFile)(`${project}node_modules/.bin/graphile-worker`, [
        '--connection',
        urls.owner,
        '--schema-only',
      ]);
      await withClient(urls.owner, async (client) => {
        for (const file of files.slice(0, -1)) await runFile(client, file);
        await client.query(`select app_public.register('ada', 'ada@example.com', 'password of ada')`);
      });
      const before = await withClient(urls.owner, (client) =>
        client.query('select id, username from app_public.users'),
      );
      await withClient(urls.owner, (client) => runFile(client, files.at(-1) as string));
      const after = await withClient(urls.owner, (client) =>
        client.query('select id, username from app_public.users'),
      );
      expect(after.rows).toEqual(before.rows);
      expect(after.rows).toHaveLength(1);
      expect(await dump(urls.owner)).toBe(await readFile(SCHEMA_DUMP_FILE, 'utf8'));
    });
  });

  it('can be run again when they were killed in the middle, with the same result', async () => {
    await withEmptyDatabase(async (urls) => {
      const child = spawn(process.execPath, ['--import', './src/preflight.mjs', 'src/commands/migrate.ts'], {
        cwd: project,
        env: {
          ...process.env,
          DATABASE_URL: urls.authenticator,
          DATABASE_OWNER_URL: urls.owner,
          NODE_ENV: 'development',
        },
        stdio: 'ignore',
      });
      const exited = once(child, 'exit');
      // Some of them are done, not all.
      await withClient(urls.root, async (client) => {
        await until(async () => {
          const { rows } = await client.query(
            `select to_regclass('app_public.users') is not null as has_begun`,
          );
          return rows[0].has_begun || child.exitCode !== null;
        });
      });
      child.kill('SIGKILL');
      await exited;
      await migrateDatabase(urls, testConfig(), () => {});
      expect(await dump(urls.owner)).toBe(await readFile(SCHEMA_DUMP_FILE, 'utf8'));
    });
  });

  it('can be run by several servers that start at once', async () => {
    await withEmptyDatabase(async (urls) => {
      await Promise.all([1, 2, 3].map(() => migrateDatabase(urls, testConfig(), () => {})));
      expect(await dump(urls.owner)).toBe(await readFile(SCHEMA_DUMP_FILE, 'utf8'));
      const keys = await withClient(urls.owner, (client) =>
        client.query('select count(*)::int as count from app_private.signing_keys'),
      );
      expect(keys.rows[0].count).toBeGreaterThan(0);
    });
  });
});

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { setupRoles } from '../../src/database/setup-roles.ts';
import { withParts } from '../../src/database/urls.ts';
import { withClient } from '../../src/database/with-client.ts';
import type { TestDatabase } from './test-database.ts';

/** `pg_dump` refuses a server that is newer than itself. */
async function versionOfPgDump(): Promise<number> {
  const { stdout } = await promisify(execFile)('pg_dump', ['--version']).catch(() => {
    throw new Error(
      '`pg_dump` is not on the path: install PostgreSQL’s client, e.g. `apt-get install postgresql-client`.',
    );
  });
  return Number(/(\d+)/.exec(stdout)?.[1]);
}

/**
 * Finds a server that the `pg_dump` of this machine can dump: the one of this run, or else the one of CI_DATABASE_URL.
 *
 * @returns the URL of its superuser
 * @throws Error if there is no `pg_dump`, or none of the two is old enough for it
 */
export async function findDumpableServer(): Promise<string> {
  const ofDump = await versionOfPgDump();
  const { root } = JSON.parse(process.env.ROWGATE_TEST_DATABASES as string);
  const own = process.env.CI_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
  for (const url of [root, own]) {
    const ofServer = await withClient(url, async (client) => {
      const { rows } = await client.query(
        `select current_setting('server_version_num')::int / 10000 as major`,
      );
      return rows[0].major as number;
    }).catch(() => Number.POSITIVE_INFINITY);
    if (ofServer <= ofDump) return url;
  }
  throw new Error(
    `pg_dump ${ofDump} is older than the PostgreSQL of the tests, and none that is old enough answers at CI_DATABASE_URL (${own}).`,
  );
}

/** Makes an empty database as `npm run db:setup` does. `drop` also takes away what was restored beside it: `NAME_…`. */
export async function createEmptyDatabase(root: string): Promise<TestDatabase> {
  const database = `rowgate_backup_${randomBytes(6).toString('hex')}`;
  const urls = {
    root,
    owner: withParts(root, { user: 'rowgate_test_owner', password: 'owner', database }),
    authenticator: withParts(root, { user: 'authenticator', password: 'authenticator', database }),
  };
  await setupRoles(urls);
  return {
    ...urls,
    drop: () =>
      withClient(root, async (client) => {
        const { rows } = await client.query(
          'select datname from pg_database where starts_with(datname, $1)',
          [database],
        );
        for (const { datname } of rows) await client.query(`drop database ${datname} with (force)`);
      }),
  };
}

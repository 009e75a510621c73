import { chmod, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyCurrent } from '../../src/database/apply-current.ts';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres.ts';
import { migrateDatabase } from '../../src/database/migrate.ts';
import { setupRoles } from '../../src/database/setup-roles.ts';
import { withParts } from '../../src/database/urls.ts';
import { testConfig } from './test-config.ts';

/** Speed instead of safety: what a test database holds may be lost. */
const FAST = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_wal_size: '64MB',
  max_connections: '200',
};
/** Bytes that the databases of a run may take: 30 times what they have been seen to. */
const ROOM = 4 * 2 ** 30;

/**
 * One PostgreSQL for the whole run, with a migrated template database, `current.sql` included, that each test file clones. It is the embedded
 * one, or, if TEST_ROOT_DATABASE_URL names one (as a superuser), that one.
 */
export default async function globalSetup(): Promise<void> {
  const given = process.env.TEST_ROOT_DATABASE_URL || undefined;
  const embedded = given ? null : await startThrowAwayPostgres();
  const stop = async () => embedded?.remove();
  // Jest does not tear down what it could not set up.
  await prepare(given ?? (embedded?.rootUrl as string)).catch(async (error) => {
    await stop();
    throw error;
  });
  (globalThis as { stopTestPostgres?: () => Promise<void> }).stopTestPostgres = stop;
}

/** Makes the template. */
async function prepare(root: string): Promise<void> {
  const template = `rowgate_test_${process.pid}_template`;
  const urls = {
    root,
    owner: withParts(root, { user: 'rowgate_test_owner', password: 'owner', database: template }),
    authenticator: withParts(root, { user: 'authenticator', password: 'authenticator', database: template }),
  };
  await setupRoles(urls);
  await migrateDatabase(urls, testConfig(), () => {});
  await applyCurrent(urls);

  // Read by test/helpers/test-database.ts in the workers, which inherit this environment.
  process.env.ROWGATE_TEST_DATABASES = JSON.stringify({ ...urls, template });
}

async function startThrowAwayPostgres() {
  const dataDir = await mkdtemp(join(await quickFolder(), 'rowgate-test-'));
  // mkdtemp closes the folder to everybody else; run by root, the server is somebody else.
  await chmod(dataDir, 0o755);
  const embedded = await startEmbeddedPostgres({ dataDir, settings: FAST }).catch(async (error) => {
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  });
  return {
    rootUrl: embedded.rootUrl,
    async remove() {
      await embedded.stop();
      for (const folder of new Set([dataDir, embedded.dataDir]))
        await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Memory, where there is enough: each clone is a thousand files, which on a disk may take longer than the tests of it. */
async function quickFolder(): Promise<string> {
  const memory = await statfs('/dev/shm').catch(() => null);
  return memory && memory.bavail * memory.bsize > ROOM ? '/dev/shm' : tmpdir();
}

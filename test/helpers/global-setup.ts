import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres.ts';
import { migrateDatabase } from '../../src/database/migrate.ts';
import { setupRoles } from '../../src/database/setup-roles.ts';
import { withParts } from '../../src/database/urls.ts';
import { testConfig } from './test-config.ts';

/** Speed instead of safety: what a test database holds may be lost. */
const FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' };

/**
 * One PostgreSQL for the whole run, with a migrated template database that each test file clones. It is the embedded
 * one, or, if TEST_ROOT_DATABASE_URL names one (as a superuser), that one.
 */
export default async function globalSetup(): Promise<void> {
  const given = process.env.TEST_ROOT_DATABASE_URL || undefined;
  const embedded = given ? null : await startThrowAwayPostgres();
  const root = given ?? (embedded?.rootUrl as string);

  const template = `rowgate_test_${process.pid}_template`;
  const urls = {
    root,
    owner: withParts(root, { user: 'rowgate_test_owner', password: 'owner', database: template }),
    authenticator: withParts(root, { user: 'authenticator', password: 'authenticator', database: template }),
  };
  await setupRoles(urls);
  await migrateDatabase(urls, testConfig(), () => {});

  // Read by test/helpers/test-database.ts in the workers, which inherit this environment.
  process.env.ROWGATE_TEST_DATABASES = JSON.stringify({ ...urls, template });
  (globalThis as { stopTestPostgres?: () => Promise<void> }).stopTestPostgres = async () =>
    embedded?.remove();
}

async function startThrowAwayPostgres() {
  const dataDir = await mkdtemp(join(tmpdir(), 'rowgate-test-'));
  // mkdtemp closes the folder to everybody else; run by root, the server is somebody else.
  await chmod(dataDir, 0o755);
  const embedded = await startEmbeddedPostgres({ dataDir, settings: FAST });
  return {
    rootUrl: embedded.rootUrl,
    async remove() {
      await embedded.stop();
      for (const folder of new Set([dataDir, embedded.dataDir]))
        await rm(folder, { recursive: true, force: true });
    },
  };
}

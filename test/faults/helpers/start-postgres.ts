import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { readPostmaster } from '../../../src/database/embedded/postmaster-file.ts';
import { startEmbeddedPostgres } from '../../../src/database/embedded-postgres.ts';
import { migrateDatabase } from '../../../src/database/migrate.ts';
import { setupRoles } from '../../../src/database/setup-roles.ts';
import { withParts } from '../../../src/database/urls.ts';
import { withClient } from '../../../src/database/with-client.ts';
import { testConfig } from '../../helpers/test-config.ts';
import { childrenOf, signalAll } from './processes.ts';

export type Postgres = Awaited<ReturnType<typeof startPostgres>>;

/**
 * A migrated PostgreSQL of the test's own, which it may kill, freeze and restart.
 *
 * @param sqlAsOwner runs after the migrations
 */
export async function startPostgres(sqlAsOwner: string) {
  const dataDir = await mkdtemp(join(tmpdir(), 'rowgate-faults-'));
  await chmod(dataDir, 0o755);
  // Commits stay synchronous: what was acknowledged has to outlive a kill. It need not outlive a loss of power.
  const start = () => startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' } });
  let embedded = await start();

  const { rootUrl: root, dataDir: actualDataDir, passwords } = embedded;
  const database = 'rowgate';
  const urls = {
    root: withParts(root, { database }),
    owner: withParts(root, { user: 'rowgate_owner', password: passwords.owner, database }),
    authenticator: withParts(root, { user: 'authenticator', password: passwords.authenticator, database }),
  };
  await setupRoles({ ...urls, root });
  await migrateDatabase({ ...urls, root }, testConfig(), () => {});
  await withClient(urls.owner, (client) => client.query(sqlAsOwner));

  async function processes(): Promise<number[]> {
    const { pid } = (await readPostmaster(join(actualDataDir, 'postgres')))!;
    // The postmaster first, or it would begin to mend what happens to its children.
    return [pid, ...(await childrenOf(pid))];
  }

  return {
    urls,
    /** Looks into the database, or changes it, as its owner. */
    sql: <R extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<R[]> =>
      withClient(urls.owner, async (client) => (await client.query<R>(text, values)).rows),
    kill: async () => signalAll(await processes(), 'SIGKILL'),
    freeze: async () => signalAll(await processes(), 'SIGSTOP'),
    thaw: async () => signalAll(await processes(), 'SIGCONT'),
    stop: () => embedded.stop(),
    async start(): Promise<void> {
      embedded = await start();
    },
    async remove(): Promise<void> {
      await embedded.stop();
      for (const folder of new Set([dataDir, actualDataDir]))
        await rm(folder, { recursive: true, force: true });
    },
  };
}

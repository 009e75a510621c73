import { execFile } from 'node:child_process';
import { chmod, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chownTree } from '../../src/database/embedded/chown-tree.ts';
import { dataLayout } from '../../src/database/embedded/data-layout.ts';
import { serverUser } from '../../src/database/embedded/os-user.ts';
import { readPostmaster } from '../../src/database/embedded/postmaster-file.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/database/embedded-postgres.ts';
import { migrateDatabase } from '../../src/database/migrate.ts';
import { setupRoles } from '../../src/database/setup-roles.ts';
import { type DatabaseUrls, withParts } from '../../src/database/urls.ts';
import { testConfig } from './test-config.ts';

const FAST = { fsync: 'off', wal_level: 'replica', wal_keep_size: '64MB' };

/**
 * A migrated primary, and a hot standby that streams from it: both real, made from the embedded PostgreSQL, which has
 * no pg_basebackup. A copy of the folder of a primary that is stopped is just as good.
 */
export async function startPrimaryAndReplica() {
  const folder = await mkdtemp(join(tmpdir(), 'rowgate-replica-'));
  await chmod(folder, 0o755);
  const primaryDir = join(folder, 'primary');
  const replicaDir = join(folder, 'replica');

  let primary = await startEmbeddedPostgres({ dataDir: primaryDir, settings: FAST });
  const user = await serverUser(dataLayout(primary.dataDir).cluster);
  const urls = urlsAt(primary);
  await setupRoles({ ...urls, root: primary.rootUrl });
  await migrateDatabase(urls, testConfig(), () => {});
  await primary.stop();
  await cp(primary.dataDir, replicaDir, { recursive: true, preserveTimestamps: true });
  const { cluster } = dataLayout(replicaDir);
  await writeFile(join(cluster, 'standby.signal'), '');
  await chmod(cluster, 0o700);
  if (user) await chownTree(cluster, user);

  primary = await startEmbeddedPostgres({ dataDir: primaryDir, settings: FAST });
  const { port } = new URL(primary.rootUrl);
  const source = `host=127.0.0.1 port=${port} user=postgres password=${primary.passwords.root}`;
  const startReplica = (settings: Record<string, string> = {}) =>
    startEmbeddedPostgres({
      dataDir: replicaDir,
      settings: {
        ...FAST,
        primary_conninfo: source,
        wal_retrieve_retry_interval: '200ms',
        ...settings,
      },
    });
  let replica = await startReplica();
  const replicaUrls = urlsAt(replica);

  return {
    primary: urlsAt(primary),
    replica: replicaUrls,
    stopReplica: () => replica.stop(),
    /** Stops it from answering, without closing its connections. */
    freezeReplica: () => signalAll(cluster, 'SIGSTOP'),
    thawReplica: () => signalAll(cluster, 'SIGCONT'),
    /** Where it was before. */
    async startReplica(settings?: Record<string, string>): Promise<void> {
      replica = await startReplica(settings);
      if (urlsAt(replica).root !== replicaUrls.root) throw new Error('The replica has lost its port.');
    },
    async close(): Promise<void> {
      await replica.stop();
      await primary.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** To a server and all of its processes. */
async function signalAll(cluster: string, signal: NodeJS.Signals): Promise<void> {
  const postmaster = await readPostmaster(cluster);
  if (!postmaster) throw new Error('No server runs there.');
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
  const children = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number])
    .filter(([, parent]) => parent === postmaster.pid)
    .map(([pid]) => pid);
  for (const pid of [postmaster.pid, ...children]) process.kill(pid, signal);
}

function urlsAt({ rootUrl, passwords }: EmbeddedPostgres): DatabaseUrls & { root: string } {
  const database = 'rowgate';
  return {
    root: withParts(rootUrl, { database }),
    owner: withParts(rootUrl, { user: 'rowgate_owner', password: passwords.owner, database }),
    authenticator: withParts(rootUrl, {
      user: 'authenticator',
      password: passwords.authenticator,
      database,
    }),
  };
}

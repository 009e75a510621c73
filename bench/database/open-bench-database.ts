import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readConfig } from '../../src/config.ts';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres.ts';
import { migrateDatabase } from '../../src/database/migrate.ts';
import { setupRoles } from '../../src/database/setup-roles.ts';
import { type DatabaseUrls, withParts } from '../../src/database/urls.ts';
import { withClient } from '../../src/database/with-client.ts';
import { SECRET } from '../contestants/settings.ts';
import type { Account, PostIds } from './accounts.ts';
import { findPostIds } from './find-post-ids.ts';
import { seed } from './seed.ts';

export type BenchDatabase = {
  urls: DatabaseUrls & { root: string };
  accounts: Account[];
  postIds: PostIds;
  /** As PostgreSQL names itself, e.g. `18.4`. */
  version: string;
  settings: string;
  close(): Promise<void>;
};

/** Room for the rows and for every contestant's pool; everything else is PostgreSQL's default, durable commits included. */
const SETTINGS = { shared_buffers: '512MB', max_connections: '150' };
const NAME = 'rowgate_bench';

/**
 * A database of the benchmark's own: on the embedded PostgreSQL, in a folder that is thrown away, or on the server
 * that BENCH_ROOT_DATABASE_URL names as a superuser (whose role `authenticator` then gets a new password).
 */
export async function openBenchDatabase(
  { users, folder }: { users: number; folder: string },
  log: (message: string) => void,
): Promise<BenchDatabase> {
  const given = process.env.BENCH_ROOT_DATABASE_URL;
  const embedded = given
    ? null
    : await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), settings: SETTINGS, onProgress: log });
  const server = given ?? embedded!.rootUrl;
  const urls = {
    root: withParts(server, { database: NAME }),
    owner: withParts(server, { user: 'rowgate_bench_owner', password: 'owner', database: NAME }),
    authenticator: withParts(server, { user: 'authenticator', password: 'authenticator', database: NAME }),
  };
  const drop = () =>
    withClient(server, (client) => client.query(`drop database if exists ${NAME} with (force)`));

  log('Making roles, tables and policies');
  await drop();
  await setupRoles({ ...urls, root: server });
  // Logging in is not measured here, so passwords are hashed cheaply.
  await migrateDatabase(urls, readConfig({ BCRYPT_COST: '4', KEY_ENCRYPTION_SECRET: SECRET }), () => {});
  const schema = await readFile(new URL('../schema.sql', import.meta.url), 'utf8');
  await withClient(urls.owner, (client) => client.query(schema));

  log(`Writing ${users.toLocaleString('en')} users and their posts`);
  const { accounts, postIds, version } = await withClient(urls.root, async (client) => {
    const accounts = await seed(client, { users });
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return {
      accounts,
      postIds: await findPostIds(client, accounts),
      version: rows[0]!.server_version.split(' ')[0]!,
    };
  });

  return {
    urls,
    accounts,
    postIds,
    version,
    settings: given
      ? 'a server of its own'
      : Object.entries(SETTINGS)
          .map(([name, value]) => `${name} = ${value}`)
          .join(', '),
    async close() {
      if (embedded) await embedded.stop();
      else await drop();
    },
  };
}

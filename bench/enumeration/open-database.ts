import { join } from 'node:path';
import { readConfig } from '../../src/config.ts';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres.ts';
import { migrateDatabase } from '../../src/database/migrate.ts';
import { setupRoles } from '../../src/database/setup-roles.ts';
import { type DatabaseUrls, withParts } from '../../src/database/urls.ts';
import { withClient } from '../../src/database/with-client.ts';
import { SECRET } from '../contestants/settings.ts';

const NAME = 'rowgate_enumeration';

/**
 * A migrated database with the real bcrypt cost: on the embedded PostgreSQL, in a folder that is thrown away, or on the
 * server that BENCH_ROOT_DATABASE_URL names as a superuser.
 */
export async function openDatabase(
  folder: string,
  log: (message: string) => void,
): Promise<{ urls: DatabaseUrls & { root: string }; close(): Promise<void> }> {
  const given = process.env.BENCH_ROOT_DATABASE_URL;
  const embedded = given
    ? null
    : await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), onProgress: log });
  const server = given ?? (embedded?.rootUrl as string);
  const drop = () =>
    withClient(server, (client) => client.query(`drop database if exists ${NAME} with (force)`));
  const urls = {
    root: withParts(server, { database: NAME }),
    owner: withParts(server, { user: 'rowgate_bench_owner', password: 'owner', database: NAME }),
    authenticator: withParts(server, { user: 'authenticator', password: 'authenticator', database: NAME }),
  };

  log('Making roles, tables and policies');
  await drop();
  await setupRoles({ ...urls, root: server });
  await migrateDatabase(urls, readConfig({ BCRYPT_COST: '12', KEY_ENCRYPTION_SECRET: SECRET }), () => {});
  return {
    urls,
    async close() {
      if (embedded) await embedded.stop();
      else await drop();
    },
  };
}

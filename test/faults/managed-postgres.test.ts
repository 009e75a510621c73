import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serverUser } from '../../src/database/embedded/os-user.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/database/embedded-postgres.ts';
import { migrateDatabase } from '../../src/database/migrate.ts';
import { setupRoles } from '../../src/database/setup-roles.ts';
import { withParts } from '../../src/database/urls.ts';
import { withClient } from '../../src/database/with-client.ts';
import { makeLogger } from '../../src/logger.ts';
import { startWorker } from '../../worker/start-worker.ts';
import { startServer } from '../helpers/start-server.ts';
import { testConfig } from '../helpers/test-config.ts';

describe('a managed PostgreSQL, by TLS, where nobody is a superuser', () => {
  let folder: string;
  let certificate: string;
  let postgres: EmbeddedPostgres;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowgate-managed-'));
    await chmod(folder, 0o755);
    const key = join(folder, 'server.key');
    certificate = join(folder, 'server.crt');
    await promisify(execFile)('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate],
    ]);
    await chmod(key, 0o600);
    const dataDir = join(folder, 'data');
    const user = await serverUser(dataDir);
    if (user) await chown(key, user.uid, user.gid);
    postgres = await startEmbeddedPostgres({
      dataDir,
      settings: { fsync: 'off', ssl: 'on', ssl_cert_file: certificate, ssl_key_file: key },
    });
    await asSuperuser(`create role manager login createrole createdb password 'manager'`);
  });
  afterAll(async () => {
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const asSuperuser = (text: string) =>
    withClient(postgres.rootUrl, async (client) => (await client.query(text)).rows);
  const at = (user: string, password: string, database = 'rowgate') =>
    `${withParts(postgres.rootUrl, { user, password, database })}?sslmode=verify-full&sslrootcert=${certificate}`;

  it('can be set up, migrated and served by one who may create roles and databases; again, too, with new passwords', async () => {
    for (const password of ['first', 'second']) {
      const urls = {
        root: at('manager', 'manager', 'postgres'),
        owner: at('rowgate_owner', password),
        authenticator: at('authenticator', password),
      };
      await setupRoles(urls);
      await migrateDatabase(urls, testConfig(), () => {});
      const server = await startServer(urls.authenticator);
      const config = testConfig({ DATA_DIR: folder });
      const worker = await startWorker({ config, logger: makeLogger(config), connectionString: urls.owner });
      try {
        const client = server.client();
        const { username } = await client.register();
        expect((await client.currentUser()).data.currentUser).toMatchObject({ username });
        expect((await server.client().graphql('{ userEmails { nodes { email } } }')).code).toBe(
          'UNAUTHENTICATED',
        );
        const connections = await asSuperuser(
          `select usename as user, bool_and(ssl) as ssl from pg_stat_ssl join pg_stat_activity using (pid)
           where datname = 'rowgate' and pid <> pg_backend_pid() group by usename order by usename`,
        );
        expect(connections).toEqual([
          { user: 'authenticator', ssl: true },
          { user: 'rowgate_owner', ssl: true },
        ]);
      } finally {
        await worker.stop();
        await server.close();
      }
    }
  });

  it('cannot be impersonated by a server with another certificate', async () => {
    const url = withParts(postgres.rootUrl, { database: 'rowgate' });
    await expect(withClient(`${url}?sslmode=verify-full`, async () => {})).rejects.toThrow(/certificate/);
  });

  it('cannot leave anybody with more rights than they need', async () => {
    const rows = await asSuperuser(`
      select rolname as role, rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls as is_mighty
      from pg_roles where rolname in ('authenticator', 'rowgate_owner', 'anonymous', 'webuser', 'webadmin') order by 1`);
    expect(rows).toEqual(
      ['anonymous', 'authenticator', 'rowgate_owner', 'webadmin', 'webuser'].map((role) => ({
        role,
        is_mighty: false,
      })),
    );
  });
});

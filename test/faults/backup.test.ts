import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrateDatabase } from '../../src/database/migrate.ts';
import { dumpSchema } from '../../src/database/schema-dump.ts';
import { setupRoles } from '../../src/database/setup-roles.ts';
import { withParts } from '../../src/database/urls.ts';
import { withClient } from '../../src/database/with-client.ts';
import { DUMPED_SCHEMAS } from '../../src/database/write-schema-dump.ts';
import { makeLogger } from '../../src/logger.ts';
import { startWorker } from '../../worker/start-worker.ts';
import type { Account, HttpClient } from '../helpers/http-client.ts';
import { startMailServer } from '../helpers/mail-server.ts';
import { startServer } from '../helpers/start-server.ts';
import { testConfig } from '../helpers/test-config.ts';
import { type Issued, tokenClient } from '../helpers/token-client.ts';

const run = promisify(execFile);

/** The embedded PostgreSQL, or one that is old enough for the `pg_dump` that is here. */
async function findRoot(): Promise<string> {
  const { stdout } = await run('pg_dump', ['--version']).catch(() => {
    throw new Error(
      '`pg_dump` is not on the path. Install PostgreSQL’s client, e.g. `apt-get install postgresql-client`.',
    );
  });
  const ofDump = Number(/(\d+)/.exec(stdout)?.[1]);
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
    `pg_dump ${ofDump} is older than the embedded PostgreSQL, and none answers at CI_DATABASE_URL (${own}).`,
  );
}

describe('a backup by pg_dump, restored into a new database', () => {
  const undo: Array<() => Promise<unknown>> = [];
  let folder: string;
  let original: Awaited<ReturnType<typeof makeDatabase>>;
  let restored: typeof original;
  let account: Account;
  let client: HttpClient;
  let tokens: Issued;

  async function makeDatabase(root: string) {
    const database = `rowgate_backup_${randomBytes(6).toString('hex')}`;
    const urls = {
      root,
      owner: withParts(root, { user: 'rowgate_test_owner', password: 'owner', database }),
      authenticator: withParts(root, { user: 'authenticator', password: 'authenticator', database }),
    };
    await setupRoles(urls);
    undo.push(() => withClient(root, (client) => client.query(`drop database ${database} with (force)`)));
    return urls;
  }

  beforeAll(async () => {
    const root = await findRoot();
    folder = await mkdtemp(join(tmpdir(), 'rowgate-backup-'));
    undo.push(() => rm(folder, { recursive: true }));
    original = await makeDatabase(root);
    await migrateDatabase(original, testConfig(), () => {});
    const server = await startServer(original.authenticator);
    client = server.client();
    account = await client.register();
    tokens = await tokenClient(server).issue();
    await server.close();

    // As docs/operations.md says.
    const file = join(folder, 'rowgate.dump');
    await run('pg_dump', ['--format=custom', `--file=${file}`, `--dbname=${original.owner}`]);
    restored = await makeDatabase(root);
    await run('pg_restore', ['--exit-on-error', '--no-owner', `--dbname=${restored.owner}`, file]);
  });
  afterAll(async () => {
    for (const step of undo.reverse()) await step();
  });

  it('can be migrated on, and has every object, right and policy', async () => {
    await migrateDatabase(restored, testConfig(), () => {});
    const dump = (url: string) => withClient(url, (owner) => dumpSchema(owner, { schemas: DUMPED_SCHEMAS }));
    expect(await dump(restored.owner)).toBe(await dump(original.owner));
  });

  it('can be served: passwords, cookies and tokens of before are good, and a mail that was due is sent', async () => {
    const server = await startServer(restored.authenticator);
    const mail = await startMailServer();
    const config = testConfig({ SMTP_URL: mail.url });
    const worker = await startWorker({
      config,
      logger: makeLogger(config),
      connectionString: restored.owner,
    });
    try {
      const returning = server.client();
      for (const [name, value] of client.cookies) returning.cookies.set(name, value);
      expect((await returning.currentUser()).data.currentUser).toMatchObject({ username: account.username });
      const { data } = await tokenClient(server).withToken(tokens.accessToken);
      expect(data.currentUser).toEqual({ username: tokens.account.username });
      expect((await server.client().login(account.username, account.password)).errors).toBeUndefined();
      expect((await server.client().graphql('{ userEmails { nodes { email } } }')).code).toBe(
        'UNAUTHENTICATED',
      );
      expect((await mail.next(({ to }) => to === account.email)).subject).not.toBe('');

      await withClient(restored.owner, (owner) => owner.query('delete from app_public.sessions'));
      expect((await returning.currentUser()).code).toBe('UNAUTHENTICATED');
    } finally {
      await worker.stop();
      await mail.close();
      await server.close();
    }
  });
});

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrateDatabase } from '../../src/database/migrate.ts';
import { dumpSchema } from '../../src/database/schema-dump.ts';
import { withClient } from '../../src/database/with-client.ts';
import { DUMPED_SCHEMAS } from '../../src/database/write-schema-dump.ts';
import { makeLogger } from '../../src/logger.ts';
import { startWorker } from '../../worker/start-worker.ts';
import { createEmptyDatabase, findDumpableServer } from '../helpers/dumpable-server.ts';
import type { Account, HttpClient } from '../helpers/http-client.ts';
import { startMailServer } from '../helpers/mail-server.ts';
import { startServer } from '../helpers/start-server.ts';
import { testConfig } from '../helpers/test-config.ts';
import type { TestDatabase } from '../helpers/test-database.ts';
import { type Issued, tokenClient } from '../helpers/token-client.ts';

const run = promisify(execFile);

describe('a backup by pg_dump, restored into a new database', () => {
  const undo: Array<() => Promise<unknown>> = [];
  let folder: string;
  let original: TestDatabase;
  let restored: TestDatabase;
  let account: Account;
  let client: HttpClient;
  let tokens: Issued;

  async function makeDatabase(root: string): Promise<TestDatabase> {
    const database = await createEmptyDatabase(root);
    undo.push(database.drop);
    return database;
  }

  beforeAll(async () => {
    const root = await findDumpableServer();
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

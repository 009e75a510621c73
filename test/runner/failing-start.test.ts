import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Test, TestResult } from '@jest/test-result';
import type { Config } from '@jest/types';
import { withClient } from '../../src/database/with-client.ts';
import FewProcessesRunner from './run-in-few-processes.ts';

const helpers = fileURLToPath(new URL('../helpers/', import.meta.url));
const testFile = (sql: string) => `
  import { it } from '@jest/globals';
  import { useServer } from '${helpers}server.ts';
  const server = useServer({}, { sqlAsOwner: ${JSON.stringify(sql)} });
  it('asks the server', () => server.client().currentUser());`;

describe('a start that fails', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowgate-failing-start-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('can be seen in the result of a test file, without another failure, and leaves no clone', async () => {
    const path = join(folder, 'fails.test.mjs');
    await writeFile(path, testFile('select * from app_public.rowgate_test_missing'));
    const databases = JSON.parse(process.env.ROWGATE_TEST_DATABASES as string);
    // A template of its own, by whose name its clones are known.
    const template = `rowgate_test_failing_${process.pid}_template`;
    await withClient(databases.root, async (client) => {
      await client.query(`create database ${template} template ${databases.template}`);
      try {
        process.env.ROWGATE_TEST_DATABASES = JSON.stringify({ ...databases, template });
        const { failureMessage } = await run(folder, path);
        expect(failureMessage).toContain('relation "app_public.rowgate_test_missing" does not exist');
        expect(failureMessage).not.toMatch(/is not a function|Cannot read properties/);
        const { rows } = await client.query(
          'select datname from pg_database where starts_with(datname, $1) order by 1',
          [template.replace(/template$/, '')],
        );
        expect(rows).toEqual([{ datname: template }]);
      } finally {
        process.env.ROWGATE_TEST_DATABASES = JSON.stringify(databases);
        await client.query(`drop database ${template}`);
      }
    });
  });

  it('can be seen when the databases of all tests cannot be made, and leaves no PostgreSQL', async () => {
    const script = join(folder, 'setup.mjs');
    await writeFile(
      script,
      `import { existsSync, promises } from 'node:fs';
      import { syncBuiltinESMExports } from 'node:module';
      const { mkdtemp } = promises;
      const folders = [];
      promises.mkdtemp = async (...parameters) => {
        const made = await mkdtemp(...parameters);
        folders.push(made);
        return made;
      };
      syncBuiltinESMExports();
      const { default: setup } = await import('${helpers}global-setup.ts');
      const { default: pg } = await import('${import.meta.resolve('pg')}');
      const { query } = pg.Client.prototype;
      // Fails as a migration of a team may.
      pg.Client.prototype.query = function (text, ...more) {
        if (typeof text !== 'string' || !text.includes('update app_private.settings')) return query.call(this, text, ...more);
        return query.call(this, 'select from rowgate_test_missing');
      };
      await setup().catch((error) => console.error(error.message));
      console.log(folders.length, 'made,', folders.filter(existsSync).length, 'left');`,
    );
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--no-warnings', script], {
      env: { ...process.env, TEST_ROOT_DATABASE_URL: '' },
    });
    expect(stderr).toContain('relation "rowgate_test_missing" does not exist');
    expect(stdout).toMatch(/^[1-9]\d* made, 0 left$/m);
  });
});

async function run(rootDir: string, path: string): Promise<TestResult> {
  const { promise, resolve, reject } = Promise.withResolvers<TestResult>();
  const runner = new FewProcessesRunner({ maxWorkers: 1 } as Config.GlobalConfig);
  await runner.runTests(
    [{ path, context: { config: { rootDir, testTimeout: 30_000 } } } as unknown as Test],
    { isInterrupted: () => false },
    async () => {},
    async (_, result) => resolve(result),
    async (_, error) => reject(error),
  );
  return promise;
}

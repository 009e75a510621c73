import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readCatalogue } from '../../policies/catalogue/read-catalogue.ts';
import { makeMutants } from '../../policies/mutate/make-mutants.ts';
import type { TestDatabases } from '../../policies/mutate/mutate.ts';
import { Reach } from '../../policies/mutate/reach.ts';
import { chooseChanged } from '../../policies/mutate/since.ts';
import { withClient } from '../../src/database/with-client.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));

describe('mutants since a commit', () => {
  let folder: string;
  let database: TestDatabase;
  let databases: TestDatabases;
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args], {
      cwd: folder,
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowgate-since-test-'));
    await cp(migrations, join(folder, 'migrations'), {
      recursive: true,
      filter: (path) => !path.endsWith('current.sql'),
    });
    await writeFile(join(folder, 'migrations', 'current.sql'), '');
    git('init', '--quiet');
    git('add', '.');
    git('commit', '--quiet', '--message', 'then');
    database = await createTestDatabase();
    const template = new URL(database.root).pathname.slice(1);
    databases = { ...JSON.parse(process.env.ROWGATE_TEST_DATABASES as string), template };
  }, 60_000);
  afterAll(async () => {
    await rm(folder, { recursive: true });
    await database.drop();
  });

  /** The objects whose mutants are chosen. */
  const chosen = async (baseline: Parameters<Awaited<ReturnType<typeof chooseChanged>>>[1]['baseline']) => {
    const choose = await chooseChanged('HEAD', folder, databases, {});
    return withClient(database.root, async (client) => {
      const catalogue = await readCatalogue(client);
      const reach = await Reach.read(client, catalogue);
      const mutants = makeMutants(catalogue).filter((mutant) => choose(mutant, { baseline, reach }));
      return [...new Set(mutants.map(({ target }) => target))];
    });
  };
  const nothing = { files: [], tests: 0 };

  it('are none while nothing has changed', async () => {
    expect(await chosen(nothing)).toEqual([]);
  });

  it('are those of a table whose policy is another one', async () => {
    await withClient(database.root, (client) =>
      client.query('alter policy select_own on app_public.audit_events using (user_id is not null)'),
    );
    const targets = await chosen(nothing);
    expect(targets).toContain('app_public.audit_events');
    expect(targets).not.toContain('app_public.user_accounts');
  });

  it('are those that a changed test has to do with', async () => {
    const file = join(folder, 'notes.test.ts');
    await writeFile(file, '');
    const test = { name: 'a test', duration: 1, names: ['user_accounts'] };
    const files = [{ file, tests: [test], overhead: 1, isDivisible: true }];
    expect(await chosen({ files, tests: 1 })).toContain('app_public.user_accounts');
  });

  it('are all of them when what every test imports has changed', async () => {
    await cp(fileURLToPath(import.meta.url), join(folder, 'test/helpers/new.ts'), { recursive: true });
    expect(await chosen(nothing)).toEqual(
      expect.arrayContaining(['app_public.users', 'app_private.settings']),
    );
  });

  it('cannot be told of a commit that is not there', async () => {
    await expect(chooseChanged('nowhere', folder, databases, {})).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

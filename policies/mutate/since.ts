import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { migrate } from 'graphile-migrate';
import { runMigrations as migrateWorker } from 'graphile-worker';
import { migrationSettings } from '../../src/database/migrate.ts';
import { parseDatabaseUrl, withParts } from '../../src/database/urls.ts';
import { withClient } from '../../src/database/with-client.ts';
import { StartError } from '../../src/errors.ts';
import type { ScopeOptions } from '../catalogue/choose-scope.ts';
import { readCatalogue } from '../catalogue/read-catalogue.ts';
import { catalogueEntries } from './catalogue-entries.ts';
import { ownNameOf } from './mutant.ts';
import type { Choose, TestDatabases } from './mutate.ts';

const run = promisify(execFile);

/** What every test imports: a change here may have changed what any of them notices. */
const HELPERS = ['test/helpers/', 'policies/kit/'];

/**
 * Chooses the mutants of what has changed since a commit: objects whose entry in the catalogue is another one than the
 * commit's migrations make, what depends on them, and objects that a changed test has to do with.
 *
 * @throws StartError `NOT_FOUND` for a commit that is not there
 */
export async function chooseChanged(
  ref: string,
  projectFolder: string,
  databases: TestDatabases,
  scope: ScopeOptions,
): Promise<Choose> {
  const git = async (...args: string[]) =>
    (await run('git', args, { cwd: projectFolder, maxBuffer: 1e8 })).stdout;
  await git('rev-parse', '--verify', '--quiet', `${ref}^{commit}`).catch(() => {
    throw new StartError('NOT_FOUND', `There is no commit ${ref} here.`);
  });
  const changed = await git('diff', '--name-only', ref, '--');
  const untracked = await git('ls-files', '--others', '--exclude-standard');
  const paths = `${changed}${untracked}`.split('\n').filter(Boolean);
  if (paths.some((path) => HELPERS.some((folder) => path.startsWith(folder)))) return () => true;

  const files = new Set(paths.map((path) => resolve(projectFolder, path)));
  const objects = await changedObjects(ref, projectFolder, databases, scope);
  const ownNames = new Set([...objects].map(ownNameOf));
  return (mutant, { baseline, reach }) =>
    objects.has(mutant.target) ||
    reach.dependsOn(ownNameOf(mutant.target), ownNames) ||
    baseline.files.some(
      ({ file, tests }) => files.has(file) && tests.some(({ names }) => reach.touches(names, mutant)),
    );
}

/** Names of the tables, functions and schemas that the commit's migrations make otherwise, or not at all. */
async function changedObjects(
  ref: string,
  projectFolder: string,
  databases: TestDatabases,
  scope: ScopeOptions,
): Promise<Set<string>> {
  const folder = await mkdtemp(join(tmpdir(), 'rowgate-since-'));
  const database = `${databases.template.replace(/_template$/, '')}_since`;
  try {
    await run('sh', ['-c', 'git archive "$1" migrations | tar -x -C "$2"', 'sh', ref, folder], {
      cwd: projectFolder,
    });
    await withClient(databases.root, (client) =>
      client.query(
        `create database ${client.escapeIdentifier(database)} owner ${client.escapeIdentifier(parseDatabaseUrl(databases.owner).user)}`,
      ),
    );
    const owner = withParts(databases.owner, { database });
    await migrateWorker({ connectionString: owner });
    const settings = await migrationSettings({ ...databases, owner }, () => {});
    await migrate({ ...settings, migrationsFolder: join(folder, 'migrations') });

    const read = (name: string) =>
      withClient(withParts(databases.root, { database: name }), (client) => readCatalogue(client, scope));
    const [then, now] = [
      catalogueEntries(await read(database)),
      catalogueEntries(await read(databases.template)),
    ];
    return new Set([...now].filter(([name, entry]) => then.get(name) !== entry).map(([name]) => name));
  } finally {
    await dropWhenFree(databases.root, database);
    await rm(folder, { recursive: true });
  }
}

/** Milliseconds. */
const PATIENCE = 5_000;
const PAUSE = 50;

/**
 * Drops a database that graphile-migrate has used. Not by force: it keeps its connections for a moment, and ends the
 * whole process when one of them is taken away.
 */
async function dropWhenFree(rootUrl: string, database: string): Promise<void> {
  await withClient(rootUrl, async (client) => {
    for (const startedAt = Date.now(); ; ) {
      try {
        return await client.query(`drop database if exists ${client.escapeIdentifier(database)}`);
      } catch (error) {
        const isInUse = (error as { code?: string }).code === '55006';
        if (!isInUse || Date.now() - startedAt > PATIENCE) throw error;
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      }
    }
  });
}

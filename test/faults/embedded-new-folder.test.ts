import { chmod, cp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { findBinaries } from '../../src/database/embedded/find-binaries.ts';
import { serverUser } from '../../src/database/embedded/os-user.ts';
import { placeBinaries } from '../../src/database/embedded/place-binaries.ts';
import { serverVersion } from '../../src/database/embedded/server-version.ts';
import {
  end,
  failure,
  query,
  spawnStarter,
  start,
  startInChild,
  tempFolder,
  undo,
  undoAll,
} from './helpers/embedded.ts';

const asRoot = process.getuid?.() === 0 ? it : it.skip;

afterEach(undoAll);

describe('a new folder', () => {
  it('can be started by three processes at once: one owns the server, the others join it', async () => {
    const fresh = await tempFolder();
    const started = await Promise.all([startInChild(fresh), startInChild(fresh), start(fresh)]);
    expect(new Set(started.map(({ rootUrl }) => rootUrl)).size).toBe(1);
    expect(started.filter(({ owned }) => owned)).toHaveLength(1);
  });

  it('can be started after a first start that was killed half-way, and says so without secrets', async () => {
    const fresh = await tempFolder();
    const child = spawnStarter(fresh);
    const isUnderWay = async () => (await readdir(fresh)).some((name) => name.startsWith('initdb-'));
    while (!(await isUnderWay())) await sleep(5);
    await end(child, 'SIGKILL');
    expect(await isUnderWay()).toBe(true);

    const said: string[] = [];
    const { rootUrl, passwords } = await start(fresh, (message) => said.push(message));
    expect(await query(rootUrl, 'select 1 as alive')).toEqual([{ alive: 1 }]);
    expect(await isUnderWay()).toBe(false);
    expect(said.join('\n')).toContain(fresh);
    for (const secret of Object.values(passwords)) expect(said.join('\n')).not.toContain(secret);
  });

  it('cannot be a file', async () => {
    const file = join(await tempFolder(), 'file');
    await writeFile(file, '');
    expect(await failure(join(file, 'data'))).toMatchObject({ code: 'DATA_NOT_A_FOLDER' });
    expect(await failure(file)).toMatchObject({ code: 'DATA_NOT_A_FOLDER' });
  });

  asRoot('below one that only root may enter has its data elsewhere, and finds them again', async () => {
    const closed = await tempFolder();
    await chmod(closed, 0o700);
    const said: string[] = [];
    const first = await start(join(closed, 'data'), (message) => said.push(message));
    undo.push(() => rm(first.dataDir, { recursive: true, force: true }));
    expect(first.dataDir).toMatch(/^\/var\/lib\/rowgate\/[0-9a-f]{8}$/);
    expect(said.join('\n')).toContain(first.dataDir);
    await query(first.rootUrl, 'create table kept as select 1 as answer');
    await first.stop();

    const { rootUrl } = await start(join(closed, 'data'));
    expect(await query(rootUrl, 'select answer from kept')).toEqual([{ answer: 1 }]);
  });
});

describe('the binaries', () => {
  it('cannot be used when their install script did not run, and the error names the remedy', async () => {
    const { root, packageName, label } = await findBinaries();
    const unlinked = join(await tempFolder(), 'native');
    await copySome(root, unlinked, ['bin/postgres', 'pg-symlinks.json']);
    await expect(serverVersion({ root: unlinked, packageName, label }, undefined)).rejects.toMatchObject({
      code: 'INSTALL_SCRIPT_MISSING',
      message: expect.stringContaining(`npm rebuild ${packageName}`),
    });
  });

  asRoot('are copied once, whole, from a folder that only root may enter', async () => {
    const { root, ...others } = await findBinaries();
    const closed = await tempFolder();
    await chmod(closed, 0o700);
    const libraries = (await readdir(join(root, 'lib'))).filter((name) => /\.(so|dylib)/.test(name));
    await copySome(root, join(closed, 'native'), ['bin/postgres', ...libraries.map((name) => `lib/${name}`)]);
    const user = (await serverUser('/does/not/exist'))!;
    const parent = await tempFolder();
    const said: string[] = [];
    const place = () =>
      placeBinaries(
        { root: join(closed, 'native'), ...others },
        user,
        (message) => said.push(message),
        parent,
      );

    const copy = await place();
    expect(copy.root).toBe(join(parent, others.label));
    expect(await serverVersion(copy, user)).toMatch(/^18\./);
    expect(await place()).toEqual(copy);
    expect(said).toHaveLength(1);
    expect(await readdir(parent)).toEqual([others.label]);
  });
});

async function copySome(from: string, to: string, files: string[]): Promise<void> {
  for (const file of files) {
    await cp(join(from, file), join(to, file), { verbatimSymlinks: true });
  }
}

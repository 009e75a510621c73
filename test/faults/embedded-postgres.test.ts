import { once } from 'node:events';
import { chmod, chown, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { readPostmaster } from '../../src/database/embedded/postmaster-file.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/database/embedded-postgres.ts';
import { end, failure, query, settings, start, startInChild, undo, undoAll } from './helpers/embedded.ts';

/** A folder with data in it, which the tests start from one after another. */
let dataDir: string;
let known: EmbeddedPostgres;

beforeAll(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'rowgate-embedded-')), 'data');
  await chmod(dirname(dataDir), 0o755);
  known = await startEmbeddedPostgres({ dataDir, settings });
  await query(known.rootUrl, 'create table kept as select 42 as answer');
  await known.stop();
});

afterEach(undoAll);

afterAll(() => rm(dirname(dataDir), { recursive: true, force: true }));

describe('a folder with data', () => {
  it('can be started again, with the same port, passwords and rows', async () => {
    await expect(query(known.rootUrl, 'select 1')).rejects.toThrow('ECONNREFUSED');
    const { rootUrl, passwords } = known;
    expect(await start(dataDir)).toMatchObject({ owned: true, dataDir, rootUrl, passwords });
    expect(await query(rootUrl, 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  it('cannot be entered without the password, from outside, or by reading its files', async () => {
    const { rootUrl, passwords } = await start(dataDir);
    const guessed = rootUrl.replace(passwords.root, 'guess');
    await expect(query(guessed, 'select 1')).rejects.toThrow('password authentication failed');
    const where = await query(
      rootUrl,
      "select current_setting('listen_addresses') as tcp, current_setting('unix_socket_directories') as socket",
    );
    expect(where).toEqual([{ tcp: '127.0.0.1', socket: '' }]);
    for (const name of ['credentials.json', 'postgres.log']) {
      expect((await stat(join(dataDir, name))).mode & 0o777).toBe(0o600);
    }
  });

  it('is taken over, with its rows, from a process that was killed', async () => {
    const { child, rootUrl } = await startInChild(dataDir);
    await query(rootUrl, 'create table written as select 7 as answer');
    await end(child, 'SIGKILL');
    expect(await query(rootUrl, 'select 1 as alive')).toEqual([{ alive: 1 }]);

    const pg = await start(dataDir);
    expect(pg).toMatchObject({ owned: true, rootUrl });
    expect(await query(rootUrl, 'select answer from written')).toEqual([{ answer: 7 }]);
    await pg.stop();
    await expect(query(rootUrl, 'select 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('is joined, and not stopped, while another process has it', async () => {
    const { child, rootUrl } = await startInChild(dataDir);
    const pg = await start(dataDir);
    expect(pg).toMatchObject({ owned: false, rootUrl });
    await pg.stop();
    expect(await query(rootUrl, 'select 1 as alive')).toEqual([{ alive: 1 }]);
    await end(child, 'SIGTERM');
    await expect(query(rootUrl, 'select 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('can be started after its server was killed, whoever has its number now', async () => {
    const pg = await start(dataDir);
    const { pid } = (await readPostmaster(join(dataDir, 'postgres')))!;
    process.kill(pid, 'SIGKILL');
    const again = await start(dataDir);
    expect(again).toMatchObject({ owned: true, rootUrl: pg.rootUrl });
    await again.stop();

    await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), `${process.pid}\n${dataDir}/postgres\n`);
    expect(await start(dataDir)).toMatchObject({ owned: true });
  });

  it('moves to another port, for good, when its own is taken', async () => {
    const port = Number(new URL(known.rootUrl).port);
    const thief = createServer().listen(port, '127.0.0.1');
    await once(thief, 'listening');
    const moved = await start(dataDir);
    thief.close();
    expect(new URL(moved.rootUrl).port).not.toBe(String(port));
    expect(await query(moved.rootUrl, 'select answer from kept')).toEqual([{ answer: 42 }]);
    await moved.stop();
    expect((await start(dataDir)).rootUrl).toBe(moved.rootUrl);
  });
});

describe('a damaged folder', () => {
  it.each([
    ['DATA_DAMAGED', 'postgres/PG_VERSION', '', 'FATAL:'],
    ['DATA_DAMAGED', 'postgres/global/pg_control', 'xxxx', 'PANIC:'],
    ['DATA_DAMAGED', 'postgres/global/pg_control', undefined, 'pg_control'],
    ['DATA_DAMAGED', 'postgres/global/pg_filenode.map', undefined, 'FATAL:'],
    ['DATA_OTHER_VERSION', 'postgres/PG_VERSION', '17\n', 'PostgreSQL 17'],
    ['CREDENTIALS_INVALID', 'credentials.json', undefined, 'is missing'],
    ['CREDENTIALS_INVALID', 'credentials.json', '{"port":', 'is damaged'],
  ])('cannot be started: %s for %s as %j', async (code, file, content, reason) => {
    const path = join(dataDir, file);
    await rename(path, `${path}.kept`);
    undo.push(() => rename(`${path}.kept`, path));
    if (content !== undefined) await writeFile(path, content);
    const { uid, gid } = await stat(dirname(path));
    if (content !== undefined) await chown(path, uid, gid);

    const error = await failure(dataDir);
    expect(error).toMatchObject({ name: 'StartError', code });
    expect(error.message).toContain(dataDir);
    expect(error.message).toContain(reason);
    expect(error.message).not.toContain('\n');
  });

  it('can be started once it is repaired', async () => {
    const { rootUrl } = await start(dataDir);
    expect(await query(rootUrl, 'select answer from kept')).toEqual([{ answer: 42 }]);
  });
});

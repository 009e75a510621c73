import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/database/embedded-postgres.ts';
import type { StartError } from '../../../src/errors.ts';

export const settings = { fsync: 'off' };
const moduleUrl = new URL('../../../src/database/embedded-postgres.ts', import.meta.url).href;

/** What the test under way must take back, such as servers and folders, in the order they were made. */
export const undo: (() => Promise<unknown>)[] = [];

/** Takes it back, last first; for `afterEach`. */
export async function undoAll(): Promise<void> {
  for (const step of undo.splice(0).reverse()) await step();
}

export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rowgate-embedded-'));
  await chmod(folder, 0o755);
  undo.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function start(
  folder: string,
  onProgress?: (message: string) => void,
): Promise<EmbeddedPostgres> {
  const pg = await startEmbeddedPostgres({ dataDir: folder, settings, onProgress });
  undo.push(() => pg.stop());
  return pg;
}

export async function failure(folder: string): Promise<StartError> {
  return start(folder).then(
    () => Promise.reject(new Error(`${folder} could be started`)),
    (error: StartError) => error,
  );
}

/** A Node process that starts the server, stops it on SIGTERM, and lives until then. */
export function spawnStarter(folder: string): ChildProcess {
  const code = `
    import { startEmbeddedPostgres } from ${JSON.stringify(moduleUrl)};
    const pg = await startEmbeddedPostgres(${JSON.stringify({ dataDir: folder, settings })});
    process.once('SIGTERM', () => pg.stop().then(() => process.exit()));
    setInterval(() => undefined, 1000);
    console.log(JSON.stringify(pg));`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  undo.push(() => end(child, 'SIGTERM'));
  return child;
}

export async function startInChild(folder: string) {
  const child = spawnStarter(folder);
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return { child, ...(JSON.parse(String(line)) as EmbeddedPostgres) };
}

export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

export async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(sql)).rows as unknown[];
  } finally {
    await client.end().catch(() => undefined);
  }
}

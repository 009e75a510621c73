import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { StartError } from '../../errors.ts';
import { chownTree } from './chown-tree.ts';
import type { DataLayout } from './data-layout.ts';
import { diskFull, saysDiskFull } from './file-failure.ts';
import type { Binaries } from './find-binaries.ts';
import { type OsUser, runAs } from './os-user.ts';
import { runProgram, serverEnvironment } from './run-program.ts';

/**
 * Makes an empty cluster: UTF-8, the same sort order on every machine, superuser `postgres`, passwords by SCRAM
 * and over TCP only. It is made aside and then renamed, so that a kill leaves nothing half-made in its place.
 * It is not yet flushed to the disk, which costs seconds on a slow one: see `flushCluster`.
 * @throws StartError DISK_FULL, INITDB_FAILED
 */
export async function initCluster(
  binaries: Binaries,
  layout: DataLayout,
  user: OsUser | undefined,
  rootPassword: string,
): Promise<void> {
  await removeLeftovers(layout);
  const aside = await mkdtemp(layout.initdbPrefix);
  try {
    const passwordFile = join(aside, 'password');
    await writeFile(passwordFile, rootPassword, { mode: 0o600 });
    if (user) await chownTree(aside, user);
    const made = join(aside, 'cluster');
    const ran = await runProgram(
      join(binaries.root, 'bin', 'initdb'),
      [
        ...['--pgdata', made, '--username', 'postgres', '--pwfile', passwordFile],
        ...['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
        ...['--auth-local=reject', '--auth-host=scram-sha-256', '--no-sync', '--no-instructions'],
      ],
      user,
    );
    if (!ran.ok) throw initdbFailed(layout, ran.output);
    await rename(made, layout.cluster);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** Flushes a new cluster to the disk while the server already works; ends by itself, whatever becomes of us. */
export function flushCluster(binaries: Binaries, layout: DataLayout, user: OsUser | undefined): void {
  const args = ['--sync-only', '--pgdata', layout.cluster];
  const child = spawn(join(binaries.root, 'bin', 'initdb'), args, {
    ...runAs(user),
    cwd: '/',
    env: serverEnvironment,
    stdio: 'ignore',
    detached: true,
  });
  // Without it the server's own checkpoints and the kernel (within half a minute) do the same work.
  child.once('error', () => undefined);
  child.unref();
}

async function removeLeftovers(layout: DataLayout): Promise<void> {
  const prefix = basename(layout.initdbPrefix);
  for (const name of await readdir(layout.dataDir)) {
    if (!name.startsWith(prefix)) continue;
    // An initdb that outlived its killed parent may still write there: if need be a later start removes it.
    const options = { recursive: true, force: true, maxRetries: 5, retryDelay: 20 };
    await rm(join(layout.dataDir, name), options).catch(() => undefined);
  }
}

function initdbFailed(layout: DataLayout, output: string): StartError {
  if (saysDiskFull(output)) return diskFull(layout.dataDir, layout.dataDir);
  const lines = output.split('\n');
  const cause = lines.find((line) => /error:|FATAL:|PANIC:/.test(line)) ?? lines.at(-1)!;
  const reason = cause.replace(/^.*?(?=(?:FATAL|PANIC): )/, '').trim();
  return new StartError(
    'INITDB_FAILED',
    `PostgreSQL could not make a database in ${layout.dataDir} (${reason}); put that right and start ` +
      'again, or set DATABASE_URL to use a PostgreSQL of your own.',
  );
}

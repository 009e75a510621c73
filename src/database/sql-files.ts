import { isUtf8 } from 'node:buffer';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import migration from 'graphile-migrate/dist/migration.js';
import { StartError } from '../errors.ts';

const BYTE_ORDER_MARK = /^\uFEFF/gm;

/**
 * Lets graphile-migrate read files as editors on Windows write them: a byte order mark is no SQL, and carriage returns would
 * stay in the bodies of functions. What dev, the tests and a commit take from a file is then the same.
 */
export function acceptEveryLineEnding(): void {
  const { compileIncludes } = migration;
  migration.compileIncludes = async (settings, content, processed) =>
    normalise(await compileIncludes(settings, normalise(content), processed));
}

export const normalise = (sql: string): string => sql.replace(BYTE_ORDER_MARK, '').replaceAll('\r\n', '\n');

/**
 * Refuses what is not UTF-8, which graphile-migrate would read with other characters in it.
 *
 * @param folder of the migrations
 * @throws StartError `INVALID_SQL`
 */
export async function checkEncodings(folder: string): Promise<void> {
  const files = ['current.sql', ...(await fixtureFiles(folder))];
  await Promise.all(
    files.map(async (file) => {
      const bytes = await readFile(join(folder, file)).catch(() => Buffer.alloc(0));
      const problem = problemOf(bytes);
      if (problem) throw new StartError('INVALID_SQL', `${nameOf(file)} ${problem} Save it as UTF-8.`);
    }),
  );
}

const nameOf = (file: string) => (file === 'current.sql' ? file : `migrations/${file}`);

function problemOf(bytes: Buffer): string | null {
  const start = bytes.subarray(0, 2).toString('hex');
  if (start === 'fffe' || start === 'feff') return 'is UTF-16.';
  if (bytes.includes(0)) return 'holds NUL bytes: it is UTF-16 or UTF-32, or no text.';
  if (isUtf8(bytes)) return null;
  const lines = bytes.toString('latin1').split('\n');
  const line = lines.findIndex((text) => !isUtf8(Buffer.from(text, 'latin1')));
  return `is not UTF-8 in line ${line + 1}.`;
}

/** The files that a migration may include, from the folder of the migrations. */
async function fixtureFiles(folder: string): Promise<string[]> {
  const entries = await readdir(join(folder, 'fixtures'), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  return entries
    .filter((entry) => !entry.isDirectory() && entry.name.endsWith('.sql'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** What tells whether `current.sql`, or a file that it may include, is another than before; null without current.sql. */
export async function fingerprint(folder: string): Promise<string | null> {
  const [current, ...fixtures] = await Promise.all(
    ['current.sql', ...(await fixtureFiles(folder))].map(async (file) => {
      const stats = await stat(join(folder, file), { bigint: true }).catch(() => null);
      return stats?.isFile() ? [file, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(' ') : null;
    }),
  );
  return current ? [current, ...fixtures].join('\n') : null;
}

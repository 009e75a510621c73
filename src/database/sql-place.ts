/** A place in a file of the project; lines and columns count from 1. */
export type SqlPlace = { file: string; line: number; column: number; excerpt: string };

const INCLUDED = /^--! Included (\S+)$/;
const END_INCLUDED = /^--! EndIncluded \S+$/;
/** Lines of the excerpt before the one that is meant. */
const LINES_BEFORE = 2;

/**
 * Finds where a place of the compiled `current.sql` was written: there, or in a file that it includes.
 *
 * @param offset in characters, from 0, as PostgreSQL counts them
 */
export function findSqlPlace(compiled: string, offset: number): SqlPlace {
  const before = [...compiled].slice(0, offset).join('').split('\n');
  const column = [...before.at(-1)!].length + 1;

  const open = [{ file: 'current.sql', lines: [] as string[] }];
  for (const text of compiled.split('\n').slice(0, before.length)) {
    const [, included] = INCLUDED.exec(text) ?? [];
    if (END_INCLUDED.test(text)) open.pop();
    else open.at(-1)!.lines.push(included ? `--!include ${included}` : text);
    if (included) open.push({ file: `migrations/fixtures/${included}`, lines: [] });
  }

  const { file, lines } = open.at(-1)!;
  const line = lines.length;
  const width = String(line).length;
  const shown = lines.slice(-LINES_BEFORE - 1);
  const excerpt = shown.map((text, i) => `${String(line - shown.length + 1 + i).padStart(width)} | ${text}`);
  excerpt.push(`${' '.repeat(width)} | ${' '.repeat(column - 1)}^`);
  return { file, line, column, excerpt: excerpt.join('\n') };
}

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
  const { before, column } = splitAt(compiled, offset);
  const open = [{ file: 'current.sql', lines: [] as string[] }];
  for (const text of compiled.split('\n').slice(0, before.length)) {
    const [, included] = INCLUDED.exec(text) ?? [];
    if (END_INCLUDED.test(text)) open.pop();
    else open.at(-1)!.lines.push(included ? `--!include ${included}` : text);
    if (included) open.push({ file: `migrations/fixtures/${included}`, lines: [] });
  }
  const { file, lines } = open.at(-1)!;
  return { file, line: lines.length, column, excerpt: excerptOf(lines, column) };
}

/** The line and column of an offset in a text, and the lines around it. */
export function excerptAt(text: string, offset: number): Omit<SqlPlace, 'file'> {
  const { before, column } = splitAt(text, offset);
  const lines = text.split('\n').slice(0, before.length);
  return { line: lines.length, column, excerpt: excerptOf(lines, column) };
}

function splitAt(text: string, offset: number): { before: string[]; column: number } {
  const before = [...text].slice(0, offset).join('').split('\n');
  return { before, column: [...before.at(-1)!].length + 1 };
}

/** The last of the lines with those before it, and a mark below the column. */
function excerptOf(lines: string[], column: number): string {
  const width = String(lines.length).length;
  const shown = lines.slice(-LINES_BEFORE - 1);
  const first = lines.length - shown.length + 1;
  const excerpt = shown.map((text, i) => `${String(first + i).padStart(width)} | ${text}`);
  excerpt.push(`${' '.repeat(width)} | ${' '.repeat(column - 1)}^`);
  return excerpt.join('\n');
}

import { type SqlToken, sqlTokens } from './tokens.ts';

/** One statement of a script; `end` is before its semicolon, `next` behind it. */
export type SqlStatement = { tokens: SqlToken[]; start: number; end: number; next: number };

/**
 * Splits a script into its statements. Semicolons within parentheses, literals and the body of a function written
 * with `begin atomic` part nothing; psql's own commands and the data of `copy … from stdin` are left out.
 */
export function sqlStatements(script: string): SqlStatement[] {
  const statements: SqlStatement[] = [];
  let current: SqlToken[] = [];
  const finish = (next: number) => {
    const [first] = current;
    if (first) statements.push({ tokens: current, start: first.start, end: current.at(-1)!.end, next });
    current = [];
  };

  let parentheses = 0;
  let blocks = 0;
  for (const token of sqlTokens(withoutPsql(script))) {
    if (token.text === ';' && parentheses <= 0 && blocks === 0) {
      finish(token.end);
      parentheses = 0;
      continue;
    }
    if (token.text === '(') parentheses++;
    if (token.text === ')') parentheses--;
    if (token.text === 'atomic' && current.at(-1)?.text === 'begin') blocks = 1;
    else if (blocks > 0 && token.text === 'case') blocks++;
    else if (blocks > 0 && token.text === 'end') blocks--;
    current.push(token);
  }
  finish(script.length);
  return statements;
}

const blank = (text: string) => text.replace(/[^\n]/g, ' ');

/** Blanks what only psql understands, so that every offset stays true. */
function withoutPsql(script: string): string {
  return script
    .replace(/^(copy\b[^;]*\bfrom\s+stdin\b[^;]*;)(.*?^\\\.)$/gims, (_, copy, data) => copy + blank(data))
    .replace(/^\\.*$/gm, blank);
}

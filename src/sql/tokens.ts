/** A piece of SQL with its place in the text (offsets, the end excluded). Comments and white space are not tokens. */
export type SqlToken = {
  kind: 'word' | 'quoted name' | 'string' | 'sign';
  /** As written; words in lower case. */
  text: string;
  start: number;
  end: number;
};

const dollarQuote = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;
const patterns: [SqlToken['kind'], RegExp][] = [
  ['string', /(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*'?/y],
  ['string', /[eE]'(?:\\.|''|[^'\\])*'?/sy],
  ['quoted name', /(?:[uU]&)?"(?:[^"]|"")*"?/y],
  // A colon and a name: what graphile-migrate and psql replace before the database sees it.
  ['word', /(?<![:\]\w]):[\p{L}_][\p{L}\p{N}_]*/uy],
  ['word', /[\p{L}_][\p{L}\p{N}_$]*/uy],
  ['sign', /::|\d[\w.]*|./suy],
];
const gap = /(?:\s|--[^\n]*)+/y;

const matchAt = (pattern: RegExp, sql: string, position: number): string | undefined => {
  pattern.lastIndex = position;
  return pattern.exec(sql)?.[0];
};

/** Where a comment that begins at `start` ends; such comments nest. */
function endOfComment(sql: string, start: number): number {
  let depth = 0;
  for (const { 0: mark, index } of sql.slice(start).matchAll(/\/\*|\*\//g)) {
    depth += mark === '/*' ? 1 : -1;
    if (depth === 0) return start + index + 2;
  }
  return sql.length;
}

function endOfDollarQuote(sql: string, start: number, tag: string): number {
  const end = sql.indexOf(tag, start + tag.length);
  return end === -1 ? sql.length : end + tag.length;
}

/** Splits SQL as people write it. It never fails: what PostgreSQL would refuse comes out as some token or other. */
export function sqlTokens(sql: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  let position = 0;
  while (position < sql.length) {
    const skipped = matchAt(gap, sql, position);
    if (skipped) {
      position += skipped.length;
    } else if (sql.startsWith('/*', position)) {
      position = endOfComment(sql, position);
    } else {
      const token = tokenAt(sql, position);
      tokens.push(token);
      position = token.end;
    }
  }
  return tokens;
}

function tokenAt(sql: string, start: number): SqlToken {
  const tag = matchAt(dollarQuote, sql, start);
  if (tag) {
    const end = endOfDollarQuote(sql, start, tag);
    return { kind: 'string', text: sql.slice(start, end), start, end };
  }
  for (const [kind, pattern] of patterns) {
    const text = matchAt(pattern, sql, start);
    if (text) {
      return { kind, text: kind === 'word' ? text.toLowerCase() : text, start, end: start + text.length };
    }
  }
  throw new RangeError(`no token at ${start}`);
}

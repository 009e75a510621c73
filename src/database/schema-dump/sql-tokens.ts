/** A word, literal, sign or stretch of white space of deparsed SQL. */
export interface SqlToken {
  text: string;
  /** How many parentheses are open around it. */
  depth: number;
  /** Whether one of these parentheses holds a query of its own. */
  inSubquery: boolean;
}

const pattern = /\s+|"(?:[^"]|"")*"|[eE]'(?:\\.|''|[^'\\])*'|'(?:''|[^'])*'|[\p{L}_][\p{L}\p{N}_$]*|::|./gsu;

/** Splits SQL as PostgreSQL itself prints it: key words in capitals, no comments, no dollar quotes. */
export function sqlTokens(sql: string): SqlToken[] {
  const texts = sql.match(pattern) ?? [];
  const open: boolean[] = [];
  return texts.map((text, index) => {
    if (text === ')') open.pop();
    const token = { text, depth: open.length, inSubquery: open.includes(true) };
    if (text === '(') open.push(opensQuery(texts, index));
    return token;
  });
}

function opensQuery(texts: string[], parenthesis: number): boolean {
  const next = texts.slice(parenthesis + 1, parenthesis + 3).find((text) => text.trim() !== '');
  return next === 'SELECT' || next === 'WITH' || next === 'VALUES';
}

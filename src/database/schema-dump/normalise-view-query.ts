import { type SqlToken, sqlTokens } from './sql-tokens.ts';

const clauses = ['WHERE', 'GROUP', 'HAVING', 'WINDOW', 'ORDER', 'LIMIT', 'OFFSET', 'FETCH', 'FOR', ';'];
const setOperations = ['UNION', 'INTERSECT', 'EXCEPT'];

/**
 * Gives a view's query the same text on every version. Where its outermost query reads from one relation only,
 * PostgreSQL 15 prints `users.name` and later versions print `name`: here the name goes, as it does there.
 */
export function normaliseViewQuery(query: string): string {
  const tokens = sqlTokens(query);
  const top = tokens.filter(({ depth }) => depth === 0);
  const from = top.find(({ text }) => text === 'FROM');
  if (from === undefined || top.some(({ text }) => setOperations.includes(text))) return query;

  const start = tokens.indexOf(from);
  const end = tokens.findIndex(({ text, depth }, i) => i > start && depth === 0 && clauses.includes(text));
  const alias = soleRelation(tokens.slice(start + 1, end));
  if (alias === undefined) return query;

  const outputs = outputNames(tokens.slice(0, start));
  const order = tokens.findIndex(({ text, depth }) => depth === 0 && text === 'ORDER');
  const dropped = new Set<number>();
  tokens.forEach((_, i) => {
    const inFrom = i > start && i < end;
    // As an item of `order by` a bare name would mean the output column that bears it.
    const isAmbiguous =
      order > 0 && i > order && tokens[i]?.depth === 0 && outputs.has(tokens[i + 2]?.text ?? '');
    if (!inFrom && !isAmbiguous && isColumnPrefix(tokens, i, alias)) dropped.add(i).add(i + 1);
  });
  return tokens
    .filter((_, i) => !dropped.has(i))
    .map(({ text }) => text)
    .join('');
}

/** The name under which the only relation of a `from` clause goes, or nothing if there are several. */
function soleRelation(clause: SqlToken[]): string | undefined {
  const isJoin = clause.some(
    ({ text, depth }) => (text === ',' && depth === 0) || (text === 'JOIN' && depth <= 1),
  );
  if (isJoin) return undefined;
  const sample = clause.findIndex(({ text }) => text === 'TABLESAMPLE');
  const item = sample < 0 ? clause : clause.slice(0, sample);
  return item.findLast(({ text, depth }) => depth === 0 && /^["\p{L}_]/u.test(text))?.text;
}

function outputNames(selectList: SqlToken[]): Set<string> {
  const top = selectList.filter(({ text, depth }) => depth === 0 && text.trim() !== '');
  return new Set(top.filter((_, i) => top[i - 1]?.text === 'AS').map(({ text }) => text));
}

/** Whether the token is the relation's name in `name.column`, and not part of a type, function or whole row. */
function isColumnPrefix(tokens: SqlToken[], i: number, alias: string): boolean {
  const [before, name, dot, column, after] = [-1, 0, 1, 2, 3].map((step) => tokens[i + step]?.text);
  return (
    name === alias &&
    dot === '.' &&
    column !== '*' &&
    after !== '(' &&
    before !== '.' &&
    before !== '::' &&
    tokens[i - 2]?.text !== 'COLLATE' &&
    tokens[i]?.inSubquery === false
  );
}

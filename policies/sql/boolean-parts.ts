import { type SqlToken, sqlTokens } from '../../src/sql/tokens.ts';
import { withoutOuterParentheses } from './parentheses.ts';

export type BooleanParts = {
  /** What joins the parts; null for an expression of one part. */
  operator: 'and' | 'or' | null;
  /** Without the parentheses around each. */
  parts: string[];
};

/**
 * Parts a condition at its outermost `or`, or else at its outermost `and`: what stands in parentheses, in a literal or
 * between `case` and `end` is left whole, and so is the `and` of a `between`.
 */
export function booleanParts(condition: string): BooleanParts {
  const text = withoutOuterParentheses(condition);
  const words = joiningWords(sqlTokens(text));
  for (const operator of ['or', 'and'] as const) {
    const cuts = words.filter((token) => token.text === operator);
    if (cuts.length === 0) continue;
    const starts = [0, ...cuts.map(({ end }) => end)];
    const ends = [...cuts.map(({ start }) => start), text.length];
    return {
      operator,
      parts: starts.map((start, index) => withoutOuterParentheses(text.slice(start, ends[index]))),
    };
  }
  return { operator: null, parts: [text] };
}

/** The conditions that must all hold, however deep the `and` stands. */
export function conjuncts(condition: string): string[] {
  const { operator, parts } = booleanParts(condition);
  return operator === 'and' ? parts.flatMap(conjuncts) : [withoutOuterParentheses(condition)];
}

/** The words `and` and `or` that join the parts of the whole. */
function joiningWords(tokens: SqlToken[]): SqlToken[] {
  let depth = 0;
  let openBetweens = 0;
  return tokens.filter(({ kind, text }) => {
    if (kind === 'string' || kind === 'quoted name') return false;
    if (text === '(' || text === '[' || text === 'case') depth++;
    if (text === ')' || text === ']' || text === 'end') depth--;
    if (depth > 0) return false;
    if (text === 'between') openBetweens++;
    if (text === 'and' && openBetweens > 0) {
      openBetweens--;
      return false;
    }
    return text === 'and' || text === 'or';
  });
}

import { type SqlToken, sqlTokens } from '../../src/sql/tokens.ts';

/** Takes away a pair of parentheses around the whole of an expression, and further such pairs, but a subquery's. */
export function withoutOuterParentheses(expression: string): string {
  const text = expression.trim();
  const tokens = sqlTokens(text);
  if (tokens.length < 3 || closing(tokens, 0) !== tokens.length - 1 || isQuery(tokens, 0)) return text;
  return withoutOuterParentheses(text.slice(1, -1));
}

/** Where the parenthesis opened at `index` closes; -1 if none opens there. */
export function closing(tokens: SqlToken[], index: number): number {
  if (tokens[index]?.text !== '(') return -1;
  let depth = 0;
  return tokens.findIndex(({ text }, at) => {
    if (at < index) return false;
    if (text === '(') depth++;
    if (text === ')') depth--;
    return depth === 0;
  });
}

const isQuery = (tokens: SqlToken[], open: number): boolean =>
  ['select', 'with', 'values'].includes(tokens[open + 1]?.text ?? '');

const before = new Set(['(', 'and', 'or', 'where', 'on', 'not', undefined]);
const after = new Set([')', 'and', 'or', 'group', 'order', 'limit', undefined]);

/**
 * Takes away the parentheses that change nothing around the conditions of an expression, which PostgreSQL prints
 * around each of them.
 */
export function withoutNeedlessParentheses(tokens: SqlToken[]): SqlToken[] {
  const open = tokens.findIndex((_, index) => isNeedless(tokens, index));
  if (open === -1) return tokens;
  const close = closing(tokens, open);
  return withoutNeedlessParentheses(tokens.filter((_, index) => index !== open && index !== close));
}

function isNeedless(tokens: SqlToken[], open: number): boolean {
  const close = closing(tokens, open);
  if (close === -1 || isQuery(tokens, open)) return false;
  const previous = tokens[open - 1]?.text;
  const next = tokens[close + 1]?.text;
  if (!before.has(previous) || !after.has(next)) return false;
  if (isAlone(previous, next)) return true;
  return previous !== 'not' && !joinsConditions(tokens.slice(open + 1, close));
}

/** Nothing stands beside it that could bind tighter. */
const isAlone = (previous: string | undefined, next: string | undefined): boolean =>
  previous !== 'and' && previous !== 'or' && previous !== 'not' && next !== 'and' && next !== 'or';

function joinsConditions(tokens: SqlToken[]): boolean {
  let depth = 0;
  return tokens.some(({ text }) => {
    if (text === '(') depth++;
    if (text === ')') depth--;
    return depth === 0 && ['and', 'or', ','].includes(text);
  });
}

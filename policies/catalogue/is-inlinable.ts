import { sqlTokens } from '../../src/sql/tokens.ts';
import type { Routine } from './types.ts';

/** Clauses that make a query more than one expression, which the planner could put in the place of the call. */
const clauses = new Set(
  'from where group having order limit offset union intersect except window for with into'.split(' '),
);

/**
 * Whether the planner replaces a call of this function by its body, so that a condition on it can use an index:
 * one `select` of one expression in `language sql`, neither definer nor with settings of its own.
 * (`inline_function` in PostgreSQL's src/backend/optimizer/util/clauses.c.)
 */
export function isInlinable(routine: Routine): boolean {
  const { language, isDefiner, settings, returnsSet, body } = routine;
  if (language !== 'sql' || isDefiner || settings.length > 0 || returnsSet) {
    return false;
  }
  let depth = 0;
  const words = sqlTokens(body).map(({ text }) => {
    if (text === '(') depth++;
    if (text === ')') depth--;
    return { text, depth };
  });
  const selects = words.filter(({ text }) => text === 'select').length;
  const isReturn = words[0]?.text === 'return';
  return selects === (isReturn ? 0 : 1) && !words.some((word) => word.depth === 0 && clauses.has(word.text));
}

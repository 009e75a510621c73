import { type SqlToken, sqlTokens } from '../../src/sql/tokens.ts';

/**
 * Puts `(select …)` around each call of a function in an expression as PostgreSQL prints it, so that it is evaluated
 * once for a statement and not for each row. Calls within a subquery are left alone.
 *
 * @param functionName qualified and quoted as PostgreSQL prints it, without arguments.
 */
export function wrapCalls(expression: string, functionName: string): string {
  const tokens = sqlTokens(expression);
  const open: boolean[] = [];
  const inserts: { at: number; text: string }[] = [];
  tokens.forEach((token, index) => {
    if (token.text === ')') open.pop();
    const isCalled =
      expression.startsWith(`${functionName}(`, token.start) &&
      tokens[index - 1]?.text !== '.' &&
      !open.includes(true);
    if (isCalled) {
      const end = endOfCall(expression, token.start + functionName.length);
      const [before, after] = isArrayOperand(tokens, index)
        ? ['array(select unnest(', '))']
        : ['(select ', ')'];
      inserts.push({ at: token.start, text: before! }, { at: end, text: after! });
    }
    if (token.text === '(') open.push(tokens[index + 1]?.text === 'select');
  });
  return inserts
    .toSorted((one, other) => other.at - one.at)
    .reduce((text, { at, text: inserted }) => text.slice(0, at) + inserted + text.slice(at), expression);
}

/** In `= any (f())` a subselect would be compared with row by row, and not as the array that it returns. */
function isArrayOperand(tokens: SqlToken[], index: number): boolean {
  return tokens[index - 1]?.text === '(' && ['any', 'all', 'some'].includes(tokens[index - 2]?.text ?? '');
}

function endOfCall(expression: string, parenthesis: number): number {
  let depth = 0;
  for (const { text, end } of sqlTokens(expression.slice(parenthesis))) {
    if (text === '(') depth++;
    if (text === ')') depth--;
    if (depth === 0) return parenthesis + end;
  }
  return expression.length;
}

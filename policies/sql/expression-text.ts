import { type SqlToken, sqlTokens } from '../../src/sql/tokens.ts';
import { withoutNeedlessParentheses } from './parentheses.ts';

/** An expression as a person would write it: lower case, on one line, without the parentheses that change nothing. */
export function shortExpression(expression: string): string {
  const tokens = sqlTokens(expression);
  return withoutNeedlessParentheses(tokens.filter((_, index) => !isRedundantAlias(tokens, index)))
    .map((token, index, kept) => {
      const before = kept[index - 1];
      const isTight = before === undefined || before.text === '(' || token.text === ')';
      return (isTight || token.start === before.end ? '' : ' ') + token.text;
    })
    .join('');
}

/** Whether a token is of the `as current_user_id` in `(select app_public.current_user_id() as current_user_id)`. */
function isRedundantAlias(tokens: SqlToken[], index: number): boolean {
  const at = tokens[index]?.text === 'as' ? index : index - 1;
  return tokens[at]?.text === 'as' && tokens[at - 1]?.text === ')' && tokens[at + 2]?.text === ')';
}

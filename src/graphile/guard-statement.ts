import { type SqlStatement, sqlStatements } from '../sql/statements.ts';

/** Words without which a text is one statement that leaves the transaction and the role alone. Cheap, and often enough. */
const SUSPECT = /;|\b(begin|start|commit|end|abort|rollback|prepare|set|reset|discard|deallocate)\b/i;

const ENDS_TRANSACTION =
  'a statement must not begin or end a transaction: the request has one already. Use withTransaction, or savepoints.';
const FORGETS_PREPARED =
  'a statement must not forget what others have prepared on the connection. Name the statement to deallocate.';
const CHANGES_ROLE =
  'a statement must not change the role or the session authorization: the session decides them. For more rights, call a `security definer` function.';

/** Whether a text has one statement at most, and so can be sent together with others. */
export const isOneStatement = (text: string): boolean =>
  !text.includes(';') || sqlStatements(text).length <= 1;

/**
 * Refuses text that would end the request's transaction, or take away the role that its session has. What cannot be seen
 * in the text, such as `set_config('role', …)`, is found before the commit.
 *
 * @throws Error for the author of the plugin
 */
export function guardStatement(text: string): void {
  if (!SUSPECT.test(text)) return;
  for (const statement of sqlStatements(text)) {
    const reason = findViolation(statement);
    if (reason) throw new Error(`"${text.slice(statement.start, statement.end).slice(0, 80)}": ${reason}`);
  }
}

function findViolation({ tokens }: SqlStatement): string | null {
  const [first, second, third] = tokens.map(({ text }) => text.replace(/^"(.*)"$/, '$1').toLowerCase());
  switch (first) {
    case 'begin':
    case 'start':
    case 'commit':
    case 'end':
    case 'abort':
      return ENDS_TRANSACTION;
    case 'rollback':
      // `rollback [work | transaction] to [savepoint] …`
      return second === 'to' || third === 'to' ? null : ENDS_TRANSACTION;
    case 'prepare':
      return second === 'transaction' ? ENDS_TRANSACTION : null;
    case 'reset':
      return ['role', 'all', 'session', 'session_authorization'].includes(second as string)
        ? CHANGES_ROLE
        : null;
    case 'deallocate':
      return second === 'all' || third === 'all' ? FORGETS_PREPARED : null;
    case 'discard':
      return FORGETS_PREPARED;
    case 'set': {
      const name = second === 'local' || (second === 'session' && third !== 'authorization') ? third : second;
      return name === 'role' || name === 'session' || name === 'session_authorization' ? CHANGES_ROLE : null;
    }
    default:
      return null;
  }
}

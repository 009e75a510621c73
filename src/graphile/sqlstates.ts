import type { ErrorCode } from './error-codes.ts';

type Decision = {
  /** What the client gets for every SQLSTATE of the class that `except` does not name. */
  code: ErrorCode;
  /** Why, for the class. docs/errors.md has the same text. */
  reason: string;
  /** SQLSTATEs of the class that are answered differently. */
  except?: Record<string, ErrorCode>;
};

/**
 * Every class of PostgreSQL's SQLSTATEs (appendix A of its manual), and what a client is told. A class that is not here,
 * such as one that an extension or a function makes up, is an unexpected error. `RG000` is translated before this table.
 */
export const SQLSTATE_CLASSES: Record<string, Decision> = {
  '00': { code: 'INTERNAL_SERVER_ERROR', reason: 'Success is not an error.' },
  '01': {
    code: 'INTERNAL_SERVER_ERROR',
    reason: 'A warning is an error only where a function raises it as one.',
  },
  '02': { code: 'INTERNAL_SERVER_ERROR', reason: 'The same: PostgreSQL itself never raises it.' },
  '03': { code: 'INTERNAL_SERVER_ERROR', reason: 'The server controls the statements.' },
  '08': {
    code: 'UNAVAILABLE',
    reason: 'The connection is lost. PgBouncer reports everything as `08P01`, such as a full pool.',
  },
  '09': { code: 'INTERNAL_SERVER_ERROR', reason: 'A mistake in a trigger.' },
  '0A': {
    code: 'INTERNAL_SERVER_ERROR',
    reason: 'The SQL asks for a feature that PostgreSQL does not have.',
  },
  '0B': { code: 'INTERNAL_SERVER_ERROR', reason: 'The server controls transactions.' },
  '0F': { code: 'INTERNAL_SERVER_ERROR', reason: 'A mistake in the use of large objects.' },
  '0L': { code: 'INTERNAL_SERVER_ERROR', reason: 'Requests do not grant.' },
  '0P': { code: 'INTERNAL_SERVER_ERROR', reason: 'A role is missing.' },
  '0Z': { code: 'INTERNAL_SERVER_ERROR', reason: 'A mistake in an exception handler.' },
  '10': { code: 'INVALID_INPUT', reason: 'An XPath expression is a value, like those of class 22.' },
  '20': { code: 'INTERNAL_SERVER_ERROR', reason: 'A `case` of PL/pgSQL without the branch that was needed.' },
  '21': {
    code: 'INTERNAL_SERVER_ERROR',
    reason: 'A subquery or an upsert meets more rows than its author expected.',
  },
  '22': {
    code: 'INVALID_INPUT',
    reason:
      'A value is too long, out of range, or of the wrong form. The exceptions are not about values of a client.',
    except: {
      '2200H': 'INTERNAL_SERVER_ERROR', // a sequence has reached its end
      '22002': 'INTERNAL_SERVER_ERROR', // indicators belong to embedded SQL
      '22010': 'INTERNAL_SERVER_ERROR',
      '22022': 'INTERNAL_SERVER_ERROR',
      '22P03': 'INTERNAL_SERVER_ERROR', // the server sends text
      '22P04': 'INTERNAL_SERVER_ERROR', // of `copy`
      '22P07': 'INTERNAL_SERVER_ERROR',
    },
  },
  '23': {
    code: 'INVALID_INPUT',
    reason:
      'A constraint refuses the value: not null, foreign key, check. Unique and exclusion constraints say `NOT_UNIQUE`.',
    except: { '23505': 'NOT_UNIQUE', '23P01': 'NOT_UNIQUE' },
  },
  '24': { code: 'INTERNAL_SERVER_ERROR', reason: 'A mistake in the use of a cursor.' },
  '25': {
    code: 'INTERNAL_SERVER_ERROR',
    reason:
      'A mistake in the use of transactions. `25006` is `FORBIDDEN` where the request itself may only read, and `UNAVAILABLE` where the database accepts no writes.',
    except: { '25006': 'UNAVAILABLE', '25P03': 'TIMEOUT', '25P04': 'TIMEOUT' },
  },
  '26': {
    code: 'INTERNAL_SERVER_ERROR',
    reason: 'A pooler loses prepared statements: see `PREPARED_STATEMENTS`.',
  },
  '27': { code: 'INTERNAL_SERVER_ERROR', reason: 'A trigger changes the row that is being changed.' },
  '28': { code: 'UNAVAILABLE', reason: 'The database refuses the login of the server.' },
  '2B': { code: 'INTERNAL_SERVER_ERROR', reason: 'Requests do not drop roles.' },
  '2D': { code: 'INTERNAL_SERVER_ERROR', reason: 'A function tries to end the transaction.' },
  '2F': { code: 'INTERNAL_SERVER_ERROR', reason: 'A mistake in a function, such as a missing `return`.' },
  '34': { code: 'INTERNAL_SERVER_ERROR', reason: 'A mistake in the use of a cursor.' },
  '38': { code: 'INTERNAL_SERVER_ERROR', reason: 'A mistake in a function of another language.' },
  '39': {
    code: 'INTERNAL_SERVER_ERROR',
    reason: 'A mistake in a function of another language, or in a trigger.',
  },
  '3B': { code: 'INTERNAL_SERVER_ERROR', reason: 'A mistake in the use of savepoints.' },
  '3D': { code: 'UNAVAILABLE', reason: 'The database does not exist (yet).' },
  '3F': { code: 'INTERNAL_SERVER_ERROR', reason: 'A schema is missing.' },
  '40': {
    code: 'UNAVAILABLE',
    reason: 'Two changes got in each other’s way: serialization failures and deadlocks.',
  },
  '42': {
    code: 'INTERNAL_SERVER_ERROR',
    reason:
      'A mistake in the SQL of a function, a policy or a view. `42501`, a missing grant or a policy’s `with check`, is `FORBIDDEN` (`UNAUTHENTICATED` without a session); `428C9`, a value for a generated column, is `INVALID_INPUT`.',
    except: { '42501': 'FORBIDDEN', '428C9': 'INVALID_INPUT' },
  },
  '44': { code: 'INVALID_INPUT', reason: 'The `with check option` of a view refuses the row.' },
  '53': { code: 'UNAVAILABLE', reason: 'Memory, disk or connections are used up.' },
  '54': {
    code: 'INVALID_INPUT',
    reason:
      'A value is too large, for an index for example. `54001` is a recursion without end in functions or policies; `54011` and `54023` are a document that asks for too much.',
    except: { '54001': 'INTERNAL_SERVER_ERROR', '54011': 'QUERY_TOO_COMPLEX', '54023': 'QUERY_TOO_COMPLEX' },
  },
  '55': {
    code: 'INTERNAL_SERVER_ERROR',
    reason: 'An object is in the wrong state. `55P03`, `lock_timeout`, is `TIMEOUT`.',
    except: { '55P03': 'TIMEOUT' },
  },
  '57': {
    code: 'UNAVAILABLE',
    reason:
      'The database shuts down, starts, or was told to end the connection. `57014`, `statement_timeout`, is `TIMEOUT`.',
    except: { '57014': 'TIMEOUT' },
  },
  '58': {
    code: 'INTERNAL_SERVER_ERROR',
    reason: 'The disk or a file of the database server fails: look at its log.',
  },
  '72': { code: 'UNAVAILABLE', reason: 'The snapshot is too old; a new transaction has a new one.' },
  F0: { code: 'INTERNAL_SERVER_ERROR', reason: 'A configuration file of the database server is wrong.' },
  HV: {
    code: 'INTERNAL_SERVER_ERROR',
    reason:
      'A mistake in the use of a foreign table. `HV00N`, its server cannot be reached, is `UNAVAILABLE`.',
    except: { HV00N: 'UNAVAILABLE' },
  },
  P0: {
    code: 'INTERNAL_SERVER_ERROR',
    reason:
      'PL/pgSQL: `raise exception` without a code (`P0001`), `into strict` (`P0002`, `P0003`), `assert` (`P0004`). Their texts are for the authors of functions; [messages for clients](#messages-of-your-own) have `RG000`.',
  },
  XX: { code: 'INTERNAL_SERVER_ERROR', reason: 'A bug in PostgreSQL or an extension, or damaged data.' },
};

/** What a client is told about a SQLSTATE. */
export function codeOfSqlstate(sqlstate: string): ErrorCode {
  const decision = SQLSTATE_CLASSES[sqlstate.slice(0, 2)];
  return decision?.except?.[sqlstate] ?? decision?.code ?? 'INTERNAL_SERVER_ERROR';
}

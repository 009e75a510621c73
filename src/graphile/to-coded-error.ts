import pg from 'pg';
import { CodedError, type ErrorCode, isErrorCode } from './error-codes.ts';

/** SQLSTATEs that mean something to a client; the classes are in appendix A of the PostgreSQL manual. */
const CODE_BY_SQLSTATE: Record<string, ErrorCode> = {
  '22': 'INVALID_INPUT', // class "data exception": too long, out of range, NUL, not a uuid …
  '23502': 'INVALID_INPUT', // not null
  '23503': 'INVALID_INPUT', // foreign key
  '23505': 'NOT_UNIQUE',
  '23514': 'INVALID_INPUT', // check
  '25006': 'FORBIDDEN', // a write in a read-only transaction
  '42501': 'FORBIDDEN', // no grant, or a policy's `with check`
  '53': 'UNAVAILABLE', // class "insufficient resources"
  '55P03': 'TIMEOUT', // lock_timeout
  '57014': 'TIMEOUT', // statement_timeout
  '57P': 'UNAVAILABLE', // shutting down, starting up, terminated
  '08': 'UNAVAILABLE', // class "connection exception"
  '40001': 'UNAVAILABLE', // serialization failure
  '40P01': 'UNAVAILABLE', // deadlock
};

/** What `pg` and the operating system say when the database cannot be reached. */
const UNREACHABLE =
  /ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|EHOSTUNREACH|Connection terminated|connection error and is not queryable|timeout exceeded when trying to connect|Client was closed/i;

/**
 * Translates an error of the database or of its driver into one for the client; null for anything unexpected,
 * which is then masked. Only text that our own SQL wrote for clients (SQLSTATE `RG000`) is passed on.
 */
export function toCodedError(error: unknown): CodedError | null {
  if (error instanceof CodedError) return error;
  if (error instanceof pg.DatabaseError) return fromDatabase(error);
  if (error instanceof Error) {
    if (error.message === 'Query read timeout') return new CodedError('TIMEOUT');
    if (UNREACHABLE.test(`${(error as NodeJS.ErrnoException).code} ${error.message}`))
      return new CodedError('UNAVAILABLE');
  }
  return null;
}

function fromDatabase(error: pg.DatabaseError): CodedError | null {
  const sqlstate = error.code ?? '';
  if (sqlstate === 'RG000' && isErrorCode(error.hint)) {
    return new CodedError(error.hint, error.message, {
      ...(error.column ? { field: error.column } : {}),
      ...(error.hint === 'TOO_MANY_ATTEMPTS' ? { retryAfter: Number(error.detail) } : {}),
    });
  }
  const code =
    CODE_BY_SQLSTATE[sqlstate] ??
    CODE_BY_SQLSTATE[sqlstate.slice(0, 3)] ??
    CODE_BY_SQLSTATE[sqlstate.slice(0, 2)];
  if (!code) return null;
  const field = fieldOf(error);
  return new CodedError(code, undefined, field ? { field } : {});
}

/** The input field a constraint speaks of: its column, the last of its columns, or what its name says after the table's. */
function fieldOf(error: pg.DatabaseError): string | undefined {
  const fromKey = /^Key \((?:.*, )?"?(\w+)"?\)=/.exec(error.detail ?? '')?.[1];
  const named = error.constraint?.startsWith(`${error.table}_`)
    ? error.constraint.slice(`${error.table}_`.length).replace(/_(check|key|fkey)$/, '')
    : undefined;
  const column = error.column ?? fromKey ?? named;
  return column?.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

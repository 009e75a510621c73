import pg from 'pg';
import { CodedError, isErrorCode } from './error-codes.ts';
import { codeOfSqlstate } from './sqlstates.ts';

/** What `pg` and the operating system say when the database cannot be reached. */
const UNREACHABLE =
  /ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|EHOSTUNREACH|Connection terminated|connection error and is not queryable|timeout exceeded when trying to connect|Client was closed/i;

/**
 * Translates an error of the database or of its driver into one for the client; null for anything unexpected,
 * which is then masked. Only text that SQL wrote for clients (SQLSTATE `RG000`) is passed on.
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
  const { code: sqlstate = '', hint, message, column, detail, routine } = error;
  if (sqlstate === 'RG000' && isErrorCode(hint)) {
    const seconds = Number(detail);
    return new CodedError(hint, message, {
      ...(column ? { field: column } : {}),
      ...(hint === 'TOO_MANY_ATTEMPTS' && detail && Number.isFinite(seconds) ? { retryAfter: seconds } : {}),
    });
  }
  // A migration has changed what a prepared statement returns. The connection forgets it, so the next attempt works.
  if (routine === 'RevalidateCachedQuery') return new CodedError('UNAVAILABLE');
  const code = codeOfSqlstate(sqlstate);
  return code === 'INTERNAL_SERVER_ERROR' ? null : new CodedError(code);
}

import pg from 'pg';
import { CodedError } from './error-codes.ts';

/** Whether a statement wanted to write in a read-only transaction. */
export const isReadOnlyError = (error: unknown): error is pg.DatabaseError =>
  error instanceof pg.DatabaseError && error.code === '25006';

/**
 * Tells who may not write: this request, such as a query or a token that may only read (`FORBIDDEN`), or any request,
 * because the database is a standby or read-only by its configuration, as during a failover (`UNAVAILABLE`).
 *
 * @param client of the transaction, which has ended
 */
export async function judgeReadOnlyError(error: Error, client: pg.PoolClient): Promise<CodedError> {
  return CodedError.from((await canWrite(client).catch(() => false)) ? 'FORBIDDEN' : 'UNAVAILABLE', error);
}

/** Outside of a transaction this is what the next one begins with. */
async function canWrite(client: pg.PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ transaction_read_only: string }>('show transaction_read_only');
  return rows[0]?.transaction_read_only === 'off';
}

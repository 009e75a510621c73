import type pg from 'pg';
import { CodedError } from '../graphile/error-codes.ts';
import { toCodedError } from '../graphile/to-coded-error.ts';

/** Requests that may wait for a connection of a pool; the next is refused at once, instead of making all wait longer. */
export const MAX_WAITING = 200;

/** Takes a connection. @throws CodedError `UNAVAILABLE` when too many wait for one, or none came in time. */
export async function borrowClient(pool: pg.Pool): Promise<pg.PoolClient> {
  if (pool.waitingCount >= MAX_WAITING) throw new CodedError('UNAVAILABLE');
  try {
    return await pool.connect();
  } catch (error) {
    throw toCodedError(error) ?? new CodedError('UNAVAILABLE');
  }
}

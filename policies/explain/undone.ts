import pg from 'pg';
import type { Become } from '../kit/actor.ts';

/** Works, and undoes it: roles, settings and rows are afterwards as before. What the work throws is undone too. */
export async function undone<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('savepoint undone');
  try {
    return await work();
  } finally {
    await client.query('rollback to savepoint undone; release savepoint undone');
  }
}

/** Works as somebody, and undoes it. */
export const undoneAs = <T>(client: pg.Client, become: Become, work: () => Promise<T>): Promise<T> =>
  undone(client, async () => {
    await become(client);
    return work();
  });

/** What PostgreSQL has against it; null for nothing. */
export async function refusal(work: Promise<unknown>): Promise<pg.DatabaseError | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (error instanceof pg.DatabaseError) return error;
    throw error;
  }
}

import pg from 'pg';
import { StartError } from '../errors.ts';
import { requireUtf8 } from './require-utf8.ts';
import { describeAddress, parseDatabaseUrl } from './urls.ts';
import { withClient } from './with-client.ts';

/** Milliseconds. A database that starts together with us takes seconds; a wrong address stays wrong. */
const START_TIMEOUT_MS = 120_000;
const PAUSE_MS = 1_000;

/**
 * Returns when the database answers, and says so while it does not.
 *
 * @param check what is asked of it then
 * @throws StartError of `check`; `DATABASE_REFUSED` when it answers that this login will never work, `DATABASE_UNREACHABLE` when it
 *   did not answer for two minutes.
 */
export async function waitForDatabase(
  url: string,
  log: (message: string) => void,
  check: (client: pg.Client) => Promise<void> = requireUtf8,
): Promise<void> {
  const { user, database } = parseDatabaseUrl(url);
  const startedAt = Date.now();
  for (let attempt = 0; ; attempt++) {
    try {
      return await withClient(url, check);
    } catch (error) {
      if (error instanceof StartError) throw error;
      // 57P03: it is starting up. 53300: it has no connection left at the moment.
      const isTemporary =
        !(error instanceof pg.DatabaseError) || error.code === '57P03' || error.code === '53300';
      const reason = (error as Error).message || (error as NodeJS.ErrnoException).code;
      if (!isTemporary) {
        throw new StartError(
          'DATABASE_REFUSED',
          `PostgreSQL refuses ${user} on the database ${database}: ${reason}. Check the URL, and run npm run db:setup if its roles or database do not exist yet.`,
        );
      }
      if (Date.now() - startedAt > START_TIMEOUT_MS) {
        throw new StartError(
          'DATABASE_UNREACHABLE',
          `PostgreSQL does not answer at ${describeAddress(url)}: ${reason}. Start it, or check the URL.`,
        );
      }
      if (attempt === 0) log(`Waiting for PostgreSQL at ${describeAddress(url)} (${reason})`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

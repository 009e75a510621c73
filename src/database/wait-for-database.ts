import pg from 'pg';
import { StartError } from '../errors.ts';
import { parseDatabaseUrl } from './urls.ts';
import { withClient } from './with-client.ts';

/** Milliseconds. A database that starts together with us takes seconds; a wrong address stays wrong. */
const PATIENCE = 120_000;
const PAUSE = 1_000;

/**
 * Returns when the database answers, and says so while it does not.
 *
 * @throws StartError `DATABASE_REFUSED` when it answers that this login will never work, `DATABASE_UNREACHABLE` when it
 *   did not answer for two minutes.
 */
export async function waitForDatabase(url: string, log: (message: string) => void): Promise<void> {
  const { hostname, port } = new URL(url);
  const { user, database } = parseDatabaseUrl(url);
  const startedAt = Date.now();
  for (let attempt = 0; ; attempt++) {
    try {
      return await withClient(url, async () => {});
    } catch (error) {
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
      if (Date.now() - startedAt > PATIENCE) {
        throw new StartError(
          'DATABASE_UNREACHABLE',
          `PostgreSQL does not answer at ${hostname}:${port || 5432}: ${reason}. Start it, or check the URL.`,
        );
      }
      if (attempt === 0) log(`Waiting for PostgreSQL at ${hostname}:${port || 5432} (${reason})`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}

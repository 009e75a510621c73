import pg from 'pg';

/** What the driver and the operating system say of a PostgreSQL that is not there, or no longer. */
const LOST =
  /ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|EHOSTUNREACH|Connection terminated|not queryable|Client was closed|timeout/i;

/** Whether an error means that the connection is gone, and not that PostgreSQL refuses what was sent. */
export function isLost(error: Error): boolean {
  if (error instanceof pg.DatabaseError) return /^(57P0|08)/.test(error.code ?? '');
  return LOST.test(`${(error as NodeJS.ErrnoException).code} ${error.message}`);
}

/**
 * Runs work whose connections are not ours, such as graphile-migrate's, on which nothing listens for errors: a lost one would
 * end the process with a stack, although its query fails as well.
 */
export async function outliveLostConnections<T>(work: () => Promise<T>): Promise<T> {
  const onException = (error: Error) => {
    if (isLost(error)) return;
    console.error(error);
    process.exit(1);
  };
  process.on('uncaughtException', onException);
  try {
    return await work();
  } finally {
    process.off('uncaughtException', onException);
  }
}

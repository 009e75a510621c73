import { join } from 'node:path';

export type DataLayout = ReturnType<typeof dataLayout>;

/**
 * Where everything lies in the data folder of the embedded PostgreSQL:
 *
 * | path | what it is |
 * |---|---|
 * | `postgres/` | PostgreSQL's own data (PGDATA, 0700); the only part the server process owns |
 * | `credentials.json` | passwords and port, made at first start (0600) |
 * | `postgres.log`, `postgres.log.1` | the server's output, this file and the one before (0600) |
 * | `owner.json` | which live Node process will stop the server |
 * | `start.lock` | held while a process starts or stops the server |
 * | `initdb-…/` | a first start in progress; a killed one leaves it, the next start removes it |
 * | `data-is-elsewhere.json` | only if the data could not lie here: the folder that has all of the above |
 */
export function dataLayout(dataDir: string) {
  return {
    dataDir,
    cluster: join(dataDir, 'postgres'),
    credentials: join(dataDir, 'credentials.json'),
    log: join(dataDir, 'postgres.log'),
    owner: join(dataDir, 'owner.json'),
    lock: join(dataDir, 'start.lock'),
    initdbPrefix: join(dataDir, 'initdb-'),
    elsewhere: join(dataDir, 'data-is-elsewhere.json'),
  };
}

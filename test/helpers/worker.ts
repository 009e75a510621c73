import { afterAll, beforeAll } from '@jest/globals';
import pg from 'pg';
import { makeLogger } from '../../src/logger.ts';
import { type RunningWorker, startWorker } from '../../worker/start-worker.ts';
import { logLines } from './log-lines.ts';
import { type MailServer, startMailServer } from './mail-server.ts';
import { testConfig } from './test-config.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

/**
 * A worker with a mail server of its own, in this process.
 *
 * @param openDatabase the database of somebody else, who also drops it; without, a clone of the worker's own
 * @param environment settings beside those of every test
 */
export function useWorker(openDatabase?: () => { owner: string }, environment: Record<string, string> = {}) {
  let own: TestDatabase | undefined;
  let connectionString: string;
  let owner: pg.Pool;
  let mail: MailServer;
  let worker: RunningWorker | undefined;
  const log = logLines();

  async function start(): Promise<RunningWorker> {
    const config = testConfig({ SMTP_URL: mail.url, LOG_LEVEL: 'trace', ...environment });
    worker = await startWorker({ config, logger: makeLogger(config, log), connectionString });
    return worker;
  }

  beforeAll(async () => {
    own = openDatabase ? undefined : await createTestDatabase();
    connectionString = (own ?? openDatabase!()).owner;
    owner = new pg.Pool({ connectionString, max: 3 });
    owner.on('error', () => {}); // a test takes the database away
    mail = await startMailServer();
    await start();
  });
  afterAll(async () => {
    await worker?.stop();
    await mail.close();
    await owner.end();
    await own?.drop();
  });

  const sql = async <R extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
    (await owner.query<R>(text, values)).rows;

  return {
    log,
    sql,
    /** Starts the worker again after a test has stopped it. */
    start,
    /** Lets the jobs in progress finish. */
    async stop(): Promise<void> {
      await worker?.stop();
      worker = undefined;
    },
    get mail() {
      return mail;
    },
    /** Replaces the mail server, for a test that has closed it. */
    set mail(server: MailServer) {
      mail = server;
    },
    get database() {
      return own as TestDatabase;
    },

    /** Adds a job, as a function of the database would; returns its id. */
    async addJob(task: string, payload: unknown): Promise<string> {
      const rows = await sql<{ id: string }>('select id from graphile_worker.add_job($1, $2)', [
        task,
        JSON.stringify(payload),
      ]);
      return rows[0]!.id;
    },
    /** What the worker has noted of a job; undefined when it is done. */
    async job(id: string) {
      const rows = await sql<{ locked_by: string | null; attempts: number; last_error: string | null }>(
        'select locked_by, attempts, last_error from graphile_worker._private_jobs where id = $1',
        [id],
      );
      return rows[0];
    },
    /** As if the time for another attempt had come. A new job wakes the worker, which would look every two seconds only. */
    async retryNow(): Promise<void> {
      await sql(`update graphile_worker._private_jobs set run_at = now() - interval '1 hour'`);
      await sql(`select graphile_worker.add_job('prune')`);
    },
  };
}

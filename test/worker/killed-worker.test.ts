import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type MailServer, startMailServer } from '../helpers/mail-server.ts';
import { tokenIn } from '../helpers/parse-mail.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts';
import { until } from '../helpers/until.ts';

describe('a worker that is killed in the middle of sending a mail', () => {
  let database: TestDatabase;
  let owner: pg.Pool;
  let mail: MailServer;
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    database = await createTestDatabase();
    owner = new pg.Pool({ connectionString: database.owner, max: 1 });
    mail = await startMailServer();
  });
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
  });
  afterAll(async () => {
    await mail.close();
    await owner.end();
    await database.drop();
  });

  /** `npm run worker`, as a process of its own. */
  function startProcess(): ChildProcess {
    const child = spawn(process.execPath, ['worker/main.ts'], {
      env: {
        DATABASE_URL: database.authenticator,
        DATABASE_OWNER_URL: database.owner,
        SMTP_URL: mail.url,
        ROOT_URL: 'http://localhost:5678',
      },
      stdio: 'ignore',
    });
    children.push(child);
    return child;
  }
  async function kill(child: ChildProcess) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  const sql = async (text: string, values: unknown[] = []) => (await owner.query(text, values)).rows;
  const job = async () =>
    (
      await sql(
        `select locked_by, attempts from graphile_worker.jobs where task_identifier = 'send_password_reset'`,
      )
    )[0];
  const workers = async () =>
    (await sql('select worker_id from app_private.worker_heartbeats')).map((row) => row.worker_id as string);

  it('leaves a job that the next takes up after 30 seconds of silence, and not before', async () => {
    await sql(`select app_public.register('ada', 'ada@example.com', 'password of Ada')`);
    await sql('delete from graphile_worker._private_jobs');
    const held = mail.hold();
    const first = startProcess();
    await sql(`select app_public.forgot_password('ada@example.com')`);
    await held.reached;
    const { locked_by: killed } = await job();
    await until(async () => (await workers()).includes(killed));
    await kill(first);
    held.release();

    const second = startProcess();
    await until(async () => (await workers()).length === 2);
    expect(await job()).toEqual({ locked_by: killed, attempts: 1 });
    await kill(second);

    await sql(`update app_private.worker_heartbeats set beaten_at = beaten_at - interval '31 seconds'`);
    await sql(`update graphile_worker._private_jobs set locked_at = locked_at - interval '31 seconds'`);
    startProcess();
    await until(() => mail.mails.length === 2);
    await until(async () => (await job()) === undefined);

    // Twice and not more: what the server had already taken in, and what the next worker has sent.
    expect(mail.mails.map(({ to, subject }) => [to, subject])).toEqual(
      Array(2).fill(['ada@example.com', 'Choose a new password']),
    );
    const [reset] = await sql('select app_public.reset_password($1, $2) as done', [
      tokenIn(mail.mails[1]!),
      'an entirely new one',
    ]);
    expect(reset).toEqual({ done: true });
    // Three processes start one after the other, which takes its time on a machine that is busy.
  }, 120_000);
});

import type { JobHelpers, TaskList } from 'graphile-worker';
import type pg from 'pg';
import { testConfig } from '../../test/helpers/test-config.ts';
import type { Mailer } from '../../worker/mailer.ts';
import { makeTaskList } from '../../worker/tasks/index.ts';
import type { MailContent } from '../../worker/templates/mail-content.ts';
import { jobsAdded } from './jobs.ts';

/** A mail as its template made it, before it becomes HTML. */
export type Mail = MailContent & { to: string };

/**
 * Does the worker's part for mail: runs the jobs named `send_…` that this transaction has added, with the real tasks,
 * and returns the mails. The jobs are then done; a task that throws leaves its error to the caller.
 */
export async function deliverMails(client: pg.Client): Promise<Mail[]> {
  const mails: Mail[] = [];
  const config = testConfig();
  const mailer: Mailer = {
    send: async (to, content) => void mails.push({ to, ...content }),
    link: (page, token) => `${config.rootUrl}/account/${page}#token=${token}`,
    close: () => {},
  };
  const tasks: TaskList = makeTaskList({ config, mailer });
  for (const { id, task, payload } of await jobsAdded(client)) {
    const run = task.startsWith('send_') ? tasks[task] : undefined;
    if (!run) continue;
    const helpers = {
      job: { id, task_identifier: task, payload },
      query: (text: string, values?: unknown[]) => client.query(text, values),
      withPgClient: <T>(work: (worker: pg.Client) => Promise<T>) => work(client),
    } as unknown as JobHelpers;
    await run(payload, helpers);
    await client.query('delete from graphile_worker._private_jobs where id = $1', [id]);
  }
  return mails;
}

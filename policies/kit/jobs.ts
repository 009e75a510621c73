import type pg from 'pg';

/** A job for the worker that the running transaction has added. */
export type Job = {
  id: string;
  task: string;
  payload: Record<string, unknown>;
  key: string | null;
  runAt: Date;
};

// created_at is the start of the transaction that added the job, and no other transaction of this database has the same.
const ADDED = `
select job.id::text, task.identifier as task, job.payload, job.key, job.run_at as "runAt"
from graphile_worker._private_jobs job
join graphile_worker._private_tasks task on task.id = job.task_id
where job.created_at = now() and ($1::text is null or task.identifier = $1)
order by job.id`;

/** The jobs added in this transaction, in order; of one task if named. */
export async function jobsAdded(client: pg.Client, task?: string): Promise<Job[]> {
  return (await client.query<Job>(ADDED, [task ?? null])).rows;
}

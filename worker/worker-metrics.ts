import type { WorkerEvents } from 'graphile-worker';
import type pg from 'pg';
import { Counter, Gauge, type Registry } from 'prom-client';

/** Milliseconds. Prometheus waits for ten seconds, and while the database is away the other metrics are wanted above all. */
const PATIENCE = 3_000;

/** What a worker counts, for Prometheus: jobs by task and outcome, and how many wait or have failed for good. */
export function countJobs({
  registry,
  pool,
  events,
}: {
  registry: Registry;
  pool: pg.Pool;
  events: WorkerEvents;
}): void {
  const jobs = new Counter({
    name: 'rowgate_jobs_total',
    help: 'Jobs that a worker has finished, by task and outcome',
    labelNames: ['task', 'outcome'],
    registers: [registry],
  });
  events.on('job:success', ({ job }) => jobs.inc({ task: job.task_identifier, outcome: 'ok' }));
  events.on('job:error', ({ job }) => jobs.inc({ task: job.task_identifier, outcome: 'error' }));

  new Gauge({
    name: 'rowgate_jobs_waiting',
    help: 'Jobs in the queue: due, due later, and given up',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const late = new Promise<null>((resolve) => setTimeout(resolve, PATIENCE, null).unref());
      const rows = await Promise.race([late, countWaiting(pool).catch(() => null)]);
      // Unknown, which is not none.
      this.reset();
      for (const { state, count } of rows ?? []) this.set({ state }, count);
    },
  });
}

async function countWaiting(pool: pg.Pool): Promise<{ state: string; count: number }[]> {
  const { rows } = await pool.query<{ state: string; count: number }>(`
        select state, count(jobs.id)::integer as count
        from (values ('due'), ('later'), ('given up')) as states (state)
        left join graphile_worker.jobs on state = case
          when attempts >= max_attempts then 'given up'
          when run_at > now() then 'later'
          else 'due'
        end
        group by state`);
  return rows;
}

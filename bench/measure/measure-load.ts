import { ANSWER_PREFIX } from '../contestants/operations.ts';
import type { LoadJob, LoadResult } from '../load/generate-load.ts';
import type { Cell } from '../plan.ts';
import type { Child } from '../process/child.ts';
import type { Entrant } from './entrant.ts';

/** One measurement of one contestant. */
export type Measurement = {
  requestsPerSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** Microseconds of the server's process for each request. */
  cpu: number;
  /** Bytes. */
  rss: number;
};

/** Puts a contestant under load, and asks it before and after what it has used. */
export async function measureLoad(
  { process, clients }: Entrant,
  { operation, connections }: Cell,
  end: LoadJob['end'],
  load: Child,
): Promise<Measurement> {
  const job: LoadJob = {
    url: process.url,
    requests: clients.requests(operation, connections),
    prefix: ANSWER_PREFIX[operation],
    end,
  };
  const before = await process.sample();
  const { requestsPerSecond, p50, p99 } = await load.ask<LoadResult>('run', job);
  const after = await process.sample();
  return {
    requestsPerSecond,
    p50,
    p99,
    cpu: (after.cpu - before.cpu) / (after.requests - before.requests),
    rss: after.rss,
  };
}

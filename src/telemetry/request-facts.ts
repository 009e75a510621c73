import { randomUUID } from 'node:crypto';
import type { Span } from '@opentelemetry/api';
import type { Request } from 'express';
import { parseClientAddress } from '../client-address.ts';
import type { ByteBudget } from '../database/byte-budget.ts';
import type { Work } from '../graphile/plugins/work-limits.ts';

/** What is known of a request for its line in the log, its metrics and its audit events. Nothing that its body says. */
export type RequestFacts = {
  requestId: string;
  /** Of the client, as far as TRUST_PROXY goes; undefined when a proxy names none. Worked out once for a request. */
  address: string | undefined;
  /** Milliseconds, as performance.now() counts them. */
  startedAt: number;
  operationType?: 'query' | 'mutation' | 'subscription' | undefined;
  operationName?: string | undefined;
  /** What the database said: anonymous, webuser or webadmin. */
  role?: string;
  /** Whose session it is. */
  userId?: string;
  /** Its span; undefined when nothing is traced. */
  span?: Span;
  /** What the database has sent for it, and may send. */
  budget?: ByteBudget;
  /** How long it keeps the process busy, for the limit of that. */
  work?: Work;
  /** The codes of its errors. */
  codes: string[];
};

/** What the database is told about a request, for audit events and sessions: JSON, and never authority. */
export function describeRequest(req: Request): string {
  const { address, requestId: id } = factsOf(req);
  return JSON.stringify({ address, client: req.get('user-agent'), id });
}

// A property, because a WeakMap with an entry for each request costs garbage collection several microseconds of each.
const FACTS = Symbol('facts');

/** The facts of a request; begun when they are first asked for. */
export function factsOf(req: Request & { [FACTS]?: RequestFacts }): RequestFacts {
  req[FACTS] ??= {
    requestId: randomUUID(),
    address: parseClientAddress(req.ip),
    startedAt: performance.now(),
    codes: [],
  };
  return req[FACTS];
}

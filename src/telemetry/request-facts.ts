import { randomUUID } from 'node:crypto';
import type { Span } from '@opentelemetry/api';
import type { Request } from 'express';

/** What is known of a request for its line in the log, its metrics and its audit events. Nothing that its body says. */
export type RequestFacts = {
  requestId: string;
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
  /** The codes of its errors. */
  codes: string[];
};

const factsByRequest = new WeakMap<Request, RequestFacts>();

/** The facts of a request; begun when they are first asked for. */
export function factsOf(req: Request): RequestFacts {
  let facts = factsByRequest.get(req);
  if (!facts) {
    facts = { requestId: randomUUID(), startedAt: performance.now(), codes: [] };
    factsByRequest.set(req, facts);
  }
  return facts;
}

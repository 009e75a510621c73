import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Replica } from '../database/replica.ts';
import type { Pools } from '../pools.ts';
import type { RequestFacts } from './request-facts.ts';

/** Clients choose operation names; beyond this many, and when longer than this, they are counted together. */
const MAX_OPERATION_NAMES = 200;
const MAX_NAME_LENGTH = 64;
/** Seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export type Metrics = ReturnType<typeof makeMetrics>;

/** What a server process counts, for Prometheus: see docs/operations.md. */
export function makeMetrics(pools: Pools, replica: Replica | null) {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const requests = new Counter({
    name: 'rowgate_operations_total',
    help: 'GraphQL operations by type, name and code (OK without an error)',
    labelNames: ['type', 'operation', 'code'],
    registers,
  });
  const durations = new Histogram({
    name: 'rowgate_operation_duration_seconds',
    help: 'From the first byte of the request to the end of the answer',
    labelNames: ['type'],
    buckets: BUCKETS,
    registers,
  });
  const accountEvents = new Counter({
    name: 'rowgate_account_events_total',
    help: 'Logins, registrations, resets and the like, by outcome',
    labelNames: ['event', 'outcome'],
    registers,
  });
  new Gauge({
    name: 'rowgate_pool_connections',
    help: 'Connections to PostgreSQL: idle, busy, and requests that wait for one',
    labelNames: ['pool', 'state'],
    registers,
    collect() {
      for (const [name, pool] of Object.entries({ data: pools.data, auth: pools.auth, read: pools.read })) {
        if (!pool) continue;
        this.set({ pool: name, state: 'idle' }, pool.idleCount);
        this.set({ pool: name, state: 'busy' }, pool.totalCount - pool.idleCount);
        this.set({ pool: name, state: 'waiting' }, pool.waitingCount);
      }
    },
  });

  if (replica)
    new Gauge({
      name: 'rowgate_replica_fresh',
      help: '1 while reads go to the replica, 0 while it is too far behind or lost and they go to the primary',
      // Of several processes: that of the worst.
      aggregator: 'min',
      registers,
      collect() {
        this.set(replica.isFresh() ? 1 : 0);
      },
    });

  const sockets = new Gauge({
    name: 'rowgate_sockets_open',
    help: 'Websockets of live queries',
    registers,
  });

  const names = new Set<string>();
  const nameOf = (name = 'anonymous operation') => {
    if (names.size < MAX_OPERATION_NAMES && name.length <= MAX_NAME_LENGTH) names.add(name);
    return names.has(name) ? name : 'other';
  };

  return {
    registry,
    /** Counts a request that has ended. */
    count({ operationType, operationName, codes, startedAt }: RequestFacts, status: number): void {
      const type = operationType ?? 'refused';
      const operation = nameOf(operationName);
      for (const code of codes.length > 0 ? new Set(codes) : [status < 400 ? 'OK' : `HTTP_${status}`])
        requests.inc({ type, operation, code });
      durations.observe({ type }, (performance.now() - startedAt) / 1000);
    },
    /** Notes how many websockets are open now. */
    setOpenSockets(count: number): void {
      sockets.set(count);
    },
    /** Counts something that happened to an account: `ok`, or the code of its error. */
    countAccountEvent(event: string, outcome: string): void {
      accountEvents.inc({ event, outcome });
    },
  };
}

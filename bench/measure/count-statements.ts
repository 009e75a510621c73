import type { LoadRequest, Operation } from '../contestants/operations.ts';
import type { DatabaseProxy } from '../network/proxy.ts';
import type { ProxyCounts } from '../network/serve-proxy.ts';
import type { Entrant } from './entrant.ts';
import { send } from './send.ts';

const REQUESTS = 10;
const PASSES = 3;

/** What one request sends to the database, on average: statements, and writes (each a round trip where it is waited for). */
export async function countStatements(
  { process, clients }: Entrant,
  operation: Operation,
  proxy: DatabaseProxy,
): Promise<ProxyCounts> {
  const [request] = clients.requests(operation, 1);
  // The first request of a connection prepares its statements.
  await sendMany(process.url, request!);
  const passes: ProxyCounts[] = [];
  for (let pass = 0; pass < PASSES; pass += 1) {
    const before = await settled(proxy);
    await sendMany(process.url, request!);
    const after = await settled(proxy);
    passes.push({
      statements: (after.statements - before.statements) / REQUESTS,
      flushes: (after.flushes - before.flushes) / REQUESTS,
    });
  }
  // The fewest: what is done once a minute falls into some of the passes, and belongs to no request.
  return passes.toSorted((one, other) => one.statements - other.statements)[0]!;
}

async function sendMany(url: string, request: LoadRequest): Promise<void> {
  for (let index = 0; index < REQUESTS; index += 1) await send(url, request);
}

/** The counts, once what no answer waits for has passed too. */
async function settled(proxy: DatabaseProxy): Promise<ProxyCounts> {
  for (let last = await proxy.counts(); ; ) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const now = await proxy.counts();
    if (now.statements === last.statements) return now;
    last = now;
  }
}

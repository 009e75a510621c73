import { startContestant } from '../contestants/contestant-process.ts';
import { CONTESTANTS } from '../contestants/contestants.ts';
import { USUAL_WIDTH } from '../plan.ts';
import { logInEverybody } from './log-in-everybody.ts';
import { measureLoad } from './measure-load.ts';
import type { Surroundings } from './run-contest.ts';

/** Rowgate's memory after so many requests, in bytes; garbage is collected before each look. */
export type MemoryResult = Array<{ requests: number; rss: number; heap: number }>;

const STEPS = [1_000, 50_000, 100_000, 150_000, 200_000];
/** As many as keep both the server and its database busy. */
const WIDTH = USUAL_WIDTH * 2;

/** Sends one server 200,000 requests, and looks at its memory on the way. */
export async function measureMemory({
  database,
  load,
  folder,
  progress,
}: Surroundings): Promise<MemoryResult> {
  const { urls, accounts, postIds } = database;
  const rowgate = CONTESTANTS.find(({ letter }) => letter === 'd')!;
  const process = await startContestant(
    rowgate,
    { authenticatorUrl: urls.authenticator, ownerUrl: urls.owner, constantUserId: accounts[0]!.id },
    { folder, execArgv: ['--expose-gc'] },
  );
  try {
    const clients = await logInEverybody(rowgate, process.url, accounts.slice(0, WIDTH), postIds);
    const result: MemoryResult = [];
    let sent = 0;
    for (const requests of STEPS) {
      progress(`memory: up to ${requests.toLocaleString('en')} requests`);
      const cell = { operation: 'read', connections: WIDTH } as const;
      await measureLoad({ process, clients }, cell, { amount: requests - sent }, load);
      sent = requests;
      const { rss, heap } = await process.sample();
      result.push({ requests, rss, heap });
    }
    return result;
  } finally {
    await process.stop();
  }
}

import { describeMachine, findVersions, loadAverage } from './circumstances.ts';
import { prepareContestant } from './contestants/contestant-process.ts';
import { CONTESTANTS } from './contestants/contestants.ts';
import { openBenchDatabase } from './database/open-bench-database.ts';
import type { Flags } from './flags.ts';
import { measureMemory } from './measure/measure-memory.ts';
import { runContest } from './measure/run-contest.ts';
import type { Plan } from './plan.ts';
import { startChild } from './process/child.ts';
import type { Progress } from './progress.ts';
import type { Results } from './results.ts';
import { measureRls } from './rls/measure-rls.ts';
import { measureStartUp } from './start-up/measure-start-up.ts';

/** Measures what the flags ask for, one part after the other, on a database of the run's own. */
export async function measureAll(
  { letters, parts }: Flags,
  plan: Plan,
  { folder, progress }: { folder: string; progress: Progress },
): Promise<Results> {
  const before = loadAverage();
  const contestants = CONTESTANTS.filter(({ letter }) => letters.includes(letter));
  const database = await openBenchDatabase({ users: plan.users, folder }, progress);
  // A PostgreSQL left behind would keep its port and its folder.
  const stop = () => database.close().finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
  const load = startChild(new URL('./load/generate-load.ts', import.meta.url));
  const surroundings = { database, load, folder, progress };
  try {
    for (const { prepare } of contestants) {
      const argument = { ownerUrl: database.urls.owner, accounts: database.accounts };
      if (prepare) await prepareContestant(prepare, argument, { folder });
    }
    const contest =
      contestants.length > 0 ? await runContest(contestants, plan, surroundings) : { cells: [], counts: [] };
    const memory = parts.includes('memory') ? await measureMemory(surroundings) : null;
    const rls = parts.includes('rls') ? await measureRls(database, { progress }) : null;
    const startUp = parts.includes('start') ? await measureStartUp({ folder, progress }) : null;
    const circumstances = {
      date: new Date().toISOString().slice(0, 10),
      machine: describeMachine(),
      loadAverage: { before, after: loadAverage() },
      versions: findVersions(),
      database: `${database.version}, ${database.settings}`,
    };
    return { circumstances, contest, memory, rls, startUp };
  } finally {
    await load.stop();
    await database.close();
  }
}

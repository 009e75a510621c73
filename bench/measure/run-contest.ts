import type { Contestant } from '../contestants/contestants.ts';
import type { Operation } from '../contestants/operations.ts';
import type { BenchDatabase } from '../database/open-bench-database.ts';
import { type DatabaseProxy, startProxy } from '../network/proxy.ts';
import type { ProxyCounts } from '../network/serve-proxy.ts';
import { type Plan, USUAL_WIDTH } from '../plan.ts';
import type { Child } from '../process/child.ts';
import type { Progress } from '../progress.ts';
import { checkAnswers } from './check-answers.ts';
import { countStatements } from './count-statements.ts';
import type { Entrant } from './entrant.ts';
import { measureLoad } from './measure-load.ts';
import { type CellResult, runRounds } from './run-rounds.ts';
import { startEntrants } from './start-entrants.ts';

export type CountResult = ProxyCounts & { letter: string; operation: Operation };
export type ContestResult = { cells: CellResult[]; counts: CountResult[] };

export type Surroundings = {
  database: BenchDatabase;
  load: Child;
  folder: string;
  progress: Progress;
};

const OPERATIONS: Operation[] = ['read', 'mutation'];

/** Runs the contestants against each other, at each database latency of the plan. */
export async function runContest(
  contestants: readonly Contestant[],
  plan: Plan,
  surroundings: Surroundings,
): Promise<ContestResult> {
  const result: ContestResult = { cells: [], counts: [] };
  for (const stage of plan.stages) await runStage(contestants, plan, stage, surroundings, result);
  return result;
}

async function runStage(
  contestants: readonly Contestant[],
  plan: Plan,
  stage: Plan['stages'][number],
  { database, load, folder, progress }: Surroundings,
  result: ContestResult,
): Promise<void> {
  const { urls, accounts, postIds } = database;
  const say = (message: string) => progress(`${stage.latency} ms database latency: ${message}`);
  const proxy = stage.latency > 0 ? await startProxy(urls.root, stage.latency) : null;
  const reach = (url: string) => proxy?.through(url) ?? url;
  const widest = Math.max(...stage.cells.map(({ connections }) => connections));
  const entrants: Entrant[] = [];
  try {
    await startEntrants(contestants, entrants, {
      settings: {
        authenticatorUrl: reach(urls.authenticator),
        ownerUrl: reach(urls.owner),
        constantUserId: accounts[0]!.id,
      },
      accounts: accounts.slice(0, widest),
      postIds,
      folder,
      onStart: ({ letter, name }) => say(`starting (${letter}) ${name}`),
    });
    say('comparing answers');
    await checkAnswers(entrants);
    if (proxy) {
      say('counting statements');
      for (const entrant of entrants) result.counts.push(...(await countAll(entrant, proxy)));
    }
    say('warming up');
    for (const entrant of entrants) await warmUp(entrant, plan.warmUp, load);
    result.cells.push(
      ...(await runRounds(entrants, stage, {
        seconds: plan.seconds,
        load,
        onCell: (round, { operation, connections }) =>
          say(`round ${round + 1} of ${stage.rounds}, ${operation}, ${connections} connections`),
      })),
    );
  } finally {
    await Promise.all(entrants.map(({ process }) => process.stop()));
    await proxy?.stop();
  }
}

async function countAll(entrant: Entrant, proxy: DatabaseProxy): Promise<CountResult[]> {
  const { letter } = entrant.process.contestant;
  const counts: CountResult[] = [];
  for (const operation of OPERATIONS)
    counts.push({ letter, operation, ...(await countStatements(entrant, operation, proxy)) });
  return counts;
}

async function warmUp(entrant: Entrant, seconds: number, load: Child): Promise<void> {
  for (const operation of OPERATIONS)
    await measureLoad(entrant, { operation, connections: USUAL_WIDTH }, { seconds: seconds / 2 }, load);
}

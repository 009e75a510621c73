import { basename, relative } from 'node:path';
import type { Baseline, BaselineFile, BaselineTest } from './baseline.ts';
import type { KillHistory } from './kill-history.ts';
import { type Mutant, ownNameOf } from './mutant.ts';
import type { Reach } from './reach.ts';
import { TEST_TIMEOUT } from './runner/test-timeout.ts';
import type { RunFile } from './runner/worker-pool.ts';

export type Verdict = {
  id: string;
  /** The test that noticed; null for a survivor. */
  killedBy: { file: string; test: string } | null;
  /** How many tests ran. */
  tests: number;
};

type Selection = { file: BaselineFile; tests: BaselineTest[] };
type Seen = { baseline: Baseline; reach: Reach; history: KillHistory };

/** How many tests are tried before the others, because they have noticed something like it. */
const FAVOURITES = 3;

/** Runs the tests that have to do with the mutant until one fails: the likeliest, then the quickest file first. */
export async function judge(mutant: Mutant, { run, ...seen }: Seen & { run: RunFile }): Promise<Verdict> {
  let tests = 0;
  for (const { file, tests: selected } of plan(mutant, seen)) {
    const only = selected.length === file.tests.length ? null : selected.map(({ name }) => name);
    const request = { file: file.file, only, mutation: mutant.sql, bail: true, isReversed: false, names: [] };
    const result = await run({ ...request, timeout: TEST_TIMEOUT });
    tests += result.tests.length;
    const failed = result.tests.find(({ error }) => error !== null);
    if (failed || result.error !== null) {
      const test = failed?.name ?? (result.error as string);
      seen.history.add(mutant, { file: file.file, test });
      return { id: mutant.id, killedBy: { file: relative(process.cwd(), file.file), test }, tests };
    }
  }
  return { id: mutant.id, killedBy: null, tests };
}

/** Which tests run, and in which order: each at most once. */
function plan(mutant: Mutant, { baseline, reach, history }: Seen): Selection[] {
  const selections = selectTests(mutant, baseline, reach);
  const scored = selections.flatMap(({ file, tests }) =>
    tests.map((test) => ({ file, test, score: history.score(mutant, { file: file.file, test: test.name }) })),
  );
  const best = scored.filter(({ score }) => score > 0).toSorted((one, other) => other.score - one.score);
  const first = best[0]?.file;
  if (!first) return selections;
  const favourites = first.isDivisible
    ? best
        .filter(({ file }) => file === first)
        .slice(0, FAVOURITES)
        .map(({ test }) => test)
    : first.tests;
  const others = selections.map(({ file, tests }) => ({
    file,
    tests: file === first ? tests.filter((test) => !favourites.includes(test)) : tests,
  }));
  return [{ file: first, tests: favourites }, ...others.filter(({ tests }) => tests.length > 0)];
}

/** The tests that have to do with a mutant, by file: those named after its object first, then the quickest. */
export function selectTests(mutant: Mutant, { files }: Baseline, reach: Reach): Selection[] {
  const object = ownNameOf(mutant.target);
  const selections = files.flatMap((file) => {
    const touching = file.tests.filter(({ names }) => reach.touches(names, mutant));
    if (touching.length === 0) return [];
    const tests = file.isDivisible ? touching : file.tests;
    const cost = tests.reduce((sum, { duration }) => sum + duration, file.overhead);
    const isNamesake = basename(file.file).replaceAll('-', '_').startsWith(`${object}.`);
    return [{ file, tests, order: isNamesake ? 0 : cost }];
  });
  return selections.toSorted((one, other) => one.order - other.order);
}

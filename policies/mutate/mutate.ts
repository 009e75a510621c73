import { withParts } from '../../src/database/urls.ts';
import { withClient } from '../../src/database/with-client.ts';
import type { ScopeOptions } from '../catalogue/choose-scope.ts';
import { readCatalogue } from '../catalogue/read-catalogue.ts';
import { serverLogins } from '../catalogue/rights.ts';
import type { Catalogue } from '../catalogue/types.ts';
import { type Baseline, runBaseline } from './baseline.ts';
import { equivalenceRule } from './equivalence.ts';
import { judge, type Verdict } from './judge.ts';
import { KillHistory } from './kill-history.ts';
import { makeMutants } from './make-mutants.ts';
import type { Mutant } from './mutant.ts';
import { Reach } from './reach.ts';
import { WorkerPool } from './runner/worker-pool.ts';

/** Where clones come from; the content of ROWGATE_TEST_DATABASES. */
export type TestDatabases = { root: string; owner: string; authenticator: string; template: string };

export type MutateOptions = ScopeOptions & {
  databases: TestDatabases;
  /** Absolute paths of the test files. */
  files: string[];
  /** Processes at a time. */
  jobs: number;
  /** Verdicts of an earlier run that still hold. */
  known?: Map<string, Verdict>;
  /** Which mutants to judge; all by default. */
  choose?: Choose;
  onVerdict?: (verdict: Verdict) => void;
  onProgress?: (progress: Progress) => void;
  /** Ends the run, which then throws. */
  signal?: AbortSignal;
};

export type Choose = (mutant: Mutant, seen: { baseline: Baseline; reach: Reach }) => boolean;
export type Progress = { phase: 'tests as they are' | 'mutants'; done: number; total: number };

export type MutationReport = {
  /** Percent of the judged mutants that a test noticed; 100 when there was none to judge. */
  score: number;
  killed: Verdict[];
  survivors: (Verdict & { mutant: Mutant })[];
  /** Not scored. */
  equivalents: { mutant: Mutant; rule: string }[];
  /** Mutants that `choose` left out. */
  leftOut: number;
  tests: number;
  /** Of the whole run. */
  seconds: number;
};

/**
 * Breaks each rule of access in turn, and lets the tests that have to do with it run against a clone that is so broken.
 *
 * @throws StartError `TESTS_FAIL` when a test fails with nothing broken
 */
export async function mutate(options: MutateOptions): Promise<MutationReport> {
  const started = performance.now();
  const { databases, jobs, known = new Map(), choose = () => true, onVerdict, onProgress, signal } = options;
  const { catalogue, reach } = await look(options);
  const pool = new WorkerPool({ ROWGATE_TEST_DATABASES: JSON.stringify(databases) });
  const stop = () => void pool.stop();
  signal?.addEventListener('abort', stop);
  try {
    const baseline = await runBaseline({ ...options, pool, names: reach.names });
    const mutants = makeMutants(catalogue);
    const chosen = mutants.filter((mutant) => choose(mutant, { baseline, reach }));
    const ruled = chosen.map((mutant) => ({ mutant, rule: equivalenceRule(catalogue, mutant) }));
    const scored = ruled.filter(({ rule }) => rule === null).map(({ mutant }) => mutant);

    const verdicts = new Map(
      scored.flatMap(({ id }) => (known.has(id) ? [[id, known.get(id) as Verdict]] : [])),
    );
    const tell = () => onProgress?.({ phase: 'mutants', done: verdicts.size, total: scored.length });
    tell();
    const history = new KillHistory();
    const left = scored.filter(({ id }) => !verdicts.has(id));
    await pool.each(left, jobs, async (mutant, run) => {
      const verdict = await judge(mutant, { baseline, reach, history, run });
      verdicts.set(mutant.id, verdict);
      onVerdict?.(verdict);
      tell();
    });

    const all = scored.map((mutant) => ({ mutant, ...(verdicts.get(mutant.id) as Verdict) }));
    const killed = all.filter(({ killedBy }) => killedBy !== null);
    return {
      score: scored.length === 0 ? 100 : (100 * killed.length) / scored.length,
      killed: killed.map(({ mutant: _, ...verdict }) => verdict),
      survivors: all.filter(({ killedBy }) => killedBy === null),
      equivalents: ruled.filter(({ rule }) => rule !== null) as MutationReport['equivalents'],
      leftOut: mutants.length - chosen.length,
      tests: baseline.tests,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    signal?.removeEventListener('abort', stop);
    await pool.stop();
  }
}

/** Reads the template as it concerns the roles of requests, and the login that takes them. */
function look({ databases, schemas, roles }: MutateOptions): Promise<{ catalogue: Catalogue; reach: Reach }> {
  const url = withParts(databases.root, { database: databases.template });
  return withClient(url, async (client) => {
    const seen = await readCatalogue(client, { schemas, roles });
    const logins = serverLogins(seen).map(({ name }) => name);
    const catalogue = await readCatalogue(client, {
      schemas,
      roles: [...seen.webRoles, ...logins.filter((name) => !seen.webRoles.includes(name))],
    });
    return { catalogue, reach: await Reach.read(client, catalogue) };
  });
}

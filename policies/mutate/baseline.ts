import { relative } from 'node:path';
import { StartError } from '../../src/errors.ts';
import type { Progress } from './mutate.ts';
import type { FileRun } from './runner/messages.ts';
import { TEST_TIMEOUT } from './runner/test-timeout.ts';
import type { WorkerPool } from './runner/worker-pool.ts';

export type BaselineTest = { name: string; duration: number; names: string[] };
export type BaselineFile = {
  file: string;
  tests: BaselineTest[];
  /** Milliseconds that the file takes beside its tests. */
  overhead: number;
  /** Tests that pass in the opposite order too, so that some of them can be run without the others. */
  isDivisible: boolean;
};
export type Baseline = { files: BaselineFile[]; tests: number };

type Options = {
  files: string[];
  jobs: number;
  pool: WorkerPool;
  /** Names to look for in what the tests send. */
  names: string[];
  onProgress?: (progress: Progress) => void;
};

/**
 * Runs the tests with nothing broken: twice, to see which files need their order.
 *
 * @throws StartError `TESTS_FAIL`, `NO_TESTS`
 */
export async function runBaseline({ files, jobs, pool, names, onProgress }: Options): Promise<Baseline> {
  const failures: string[] = [];
  const done: BaselineFile[] = [];
  let runs = 0;
  const tell = () => onProgress?.({ phase: 'tests as they are', done: runs++, total: 2 * files.length });
  tell();
  await pool.each(files, jobs, async (file, run) => {
    const request = { file, only: null, mutation: '', bail: false, timeout: TEST_TIMEOUT };
    const forwards = await run({ ...request, isReversed: false, names });
    tell();
    failures.push(...failuresOf(file, forwards));
    const backwards = await run({ ...request, isReversed: true, names: [] });
    tell();
    const inTests = forwards.tests.reduce((sum, { duration }) => sum + duration, 0);
    done.push({
      file,
      tests: forwards.tests.map(({ name, duration, names: sent }) => ({ name, duration, names: sent })),
      overhead: forwards.duration - inTests,
      isDivisible: failuresOf(file, backwards).length === 0 && hasNoTwins(forwards),
    });
  });

  if (failures.length > 0)
    throw new StartError(
      'TESTS_FAIL',
      `These tests fail with nothing broken. Mend them first: a test that fails anyway notices nothing.\n${failures.join('\n')}`,
    );
  const tests = done.reduce((sum, { tests: { length } }) => sum + length, 0);
  if (tests === 0)
    throw new StartError('NO_TESTS', 'There are no tests to run: name their folder with --tests.');
  return { files: done, tests };
}

function failuresOf(file: string, { tests, error }: FileRun): string[] {
  const failed = tests.filter((test) => test.error !== null);
  const lines = failed.map((test) => `${test.name}: ${firstLine(test.error as string)}`);
  if (error !== null) lines.push(error);
  return lines.map((line) => `  ${relative(process.cwd(), file)}: ${line}`);
}

/** Two tests of one name cannot be told apart. */
const hasNoTwins = ({ tests }: FileRun): boolean =>
  new Set(tests.map(({ name }) => name)).size === tests.length;

const firstLine = (text: string): string => text.split('\n', 1)[0] as string;

import { createEmptyTestResult, type Test, type TestResult } from '@jest/test-result';
import { formatResultsErrors } from 'jest-message-util';
import type { FileRun } from '../../policies/mutate/runner/messages.ts';

type AssertionResult = TestResult['testResults'][number];

/** What jest's reporters expect of a test file. @param start when the file was begun, in milliseconds since 1970 */
export function toTestResult({ path, context }: Test, run: FileRun, start: number): TestResult {
  const ran = run.tests.map(({ titles, duration, stacks }) => ({
    ...describe(titles),
    duration,
    status: stacks.length === 0 ? ('passed' as const) : ('failed' as const),
    failureMessages: stacks,
  }));
  const testResults = [
    ...ran,
    ...run.skipped.map((titles) => ({ ...describe(titles), status: 'pending' as const })),
  ];
  const count = (status: AssertionResult['status']) =>
    testResults.filter((result) => result.status === status).length;
  const end = start + run.duration;
  const empty = createEmptyTestResult();
  return {
    ...empty,
    testFilePath: path,
    testResults,
    failureMessage: formatResultsErrors(testResults, context.config, { noStackTrace: false }, path) ?? null,
    numFailingTests: count('failed'),
    numPassingTests: count('passed'),
    numPendingTests: count('pending'),
    skipped: testResults.length > 0 && ran.length === 0,
    perfStats: { ...empty.perfStats, start, end, runtime: run.duration },
  };
}

function describe(titles: string[]): AssertionResult {
  return {
    ancestorTitles: titles.slice(0, -1),
    title: titles.at(-1) as string,
    fullName: titles.join(' '),
    duration: null,
    failureDetails: [],
    failureMessages: [],
    numPassingAsserts: 0,
    status: 'passed',
  };
}

import { pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { jestExpect } from '@jest/expect';
import type { Circus } from '@jest/types';
import { addEventHandler, getState, removeEventHandler, resetState, run } from 'jest-circus';
import type { FileRun, RunRequest, TestRun } from './messages.ts';
import type { StatementNames } from './statement-names.ts';

let runs = 0;

/** Who hears of errors that nobody catches. */
const uncaughtErrors: { handle: (error: unknown) => void } = { handle: () => {} };
for (const event of ['uncaughtException', 'unhandledRejection'])
  process.on(event, (error) => uncaughtErrors.handle(error));

/** Runs a test file in this process, which keeps all that the file imports for the next run; the file itself is new. */
export async function runFile(
  request: RunRequest,
  statements: StatementNames,
  isEnding: () => boolean,
): Promise<FileRun> {
  const started = performance.now();
  const tests: TestRun[] = [];
  const skipped: string[][] = [];
  /** What hooks around several tests have sent belongs to each of them. */
  const shared = new Set<string>();
  let expectedTests: Set<string> | null = request.only && new Set(request.only);

  let running: Circus.TestEntry | null = null;
  /** What nobody catches fails the test of the moment; between tests it is a connection that the clone's end has cut. */
  const uncaught = (error: unknown) => void running?.errors.push(error);

  const handler = (event: Circus.Event) => {
    if (event.name === 'run_start') prepare(getState().rootDescribeBlock);
    if (event.name === 'test_start') {
      for (const name of statements.take()) shared.add(name);
      running = event.test;
      jestExpect.setState({ currentTestName: nameOf(event.test), suppressedErrors: [], assertionCalls: 0 });
      const isLeftOut = expectedTests !== null && !expectedTests.has(nameOf(event.test));
      if (isLeftOut || isEnding()) event.test.mode = 'skip';
    }
    if (event.name === 'test_done') {
      running = null;
      event.test.errors.push(...jestExpect.extractExpectedAssertionsErrors().map(({ error }) => error));
      const [error] = event.test.errors.flat().filter(Boolean);
      tests.push({
        name: nameOf(event.test),
        titles: titlesOf(event.test),
        duration: event.test.duration ?? 0,
        error: error === undefined ? null : messageOf(error),
        stacks: event.test.errors.map(stackOf),
        names: statements.take(),
      });
      if (error !== undefined && request.bail) expectedTests = new Set();
    }
    if (event.name === 'test_skip' || event.name === 'test_todo') skipped.push(titlesOf(event.test));
  };
  const prepare = (block: Circus.DescribeBlock): void => {
    if (request.isReversed) block.children.reverse();
    for (const child of block.children) if (child.type === 'describeBlock') prepare(child);
  };

  resetState();
  getState().testTimeout = request.timeout;
  getState().testNamePattern = request.pattern ? new RegExp(request.pattern, 'i') : null;
  statements.lookFor(request.names);
  process.env.ROWGATE_TEST_MUTATION = request.mutation;
  addEventHandler(handler);
  uncaughtErrors.handle = uncaught;
  try {
    await import(`${pathToFileURL(request.file)}?run=${++runs}`);
    const { unhandledErrors } = await run();
    for (const name of statements.take()) shared.add(name);
    for (const test of tests) test.names = [...new Set([...test.names, ...shared])];
    const [error] = unhandledErrors;
    return {
      tests,
      skipped,
      error: error === undefined ? null : messageOf(error),
      duration: performance.now() - started,
    };
  } catch (error) {
    return { tests, skipped, error: messageOf(error), duration: performance.now() - started };
  } finally {
    removeEventHandler(handler);
  }
}

function titlesOf(test: Circus.TestEntry): string[] {
  const titles = [test.name];
  for (let block: Circus.DescribeBlock | undefined = test.parent; block?.parent; block = block.parent)
    titles.unshift(block.name);
  return titles;
}

const nameOf = (test: Circus.TestEntry): string => titlesOf(test).join(' › ');

/** An error and the place it comes from; for what is no `Error`, such as a timeout, that of the test. */
function stackOf(thrown: Circus.TestError): string {
  const [error, place] = Array.isArray(thrown) ? thrown : [thrown, undefined];
  const stack = error instanceof Error ? error.stack : `${messageOf(error)}\n${place?.stack ?? ''}`;
  return (stack ?? messageOf(error)).replaceAll(/\?run=\d+/g, '');
}

const messageOf = (error: unknown): string =>
  stripVTControlCharacters(error instanceof Error ? error.message : String(error)).slice(0, 2_000);

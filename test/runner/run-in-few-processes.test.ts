import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Test, TestResult } from '@jest/test-result';
import type { Config } from '@jest/types';
import FewProcessesRunner from './run-in-few-processes.ts';

const HANGS = `
  import { it } from '@jest/globals';
  it('never ends', () => new Promise(() => {}));
  it('goes on', () => {});`;

describe('the runner', () => {
  let folder: string;
  let path: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowgate-runner-'));
    path = join(folder, 'hangs.test.mjs');
    await writeFile(path, HANGS);
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** Runs the file as jest would. */
  async function run(ofCall: number | undefined, ofProject: number): Promise<TestResult> {
    const { promise, resolve, reject } = Promise.withResolvers<TestResult>();
    const config = { rootDir: folder, testTimeout: ofProject };
    const runner = new FewProcessesRunner({ maxWorkers: 1, testTimeout: ofCall } as Config.GlobalConfig);
    await runner.runTests(
      [{ path, context: { config } } as unknown as Test],
      { isInterrupted: () => false },
      async () => {},
      async (_, result) => resolve(result),
      async (_, error) => reject(error),
    );
    return promise;
  }

  it.each([
    ['testTimeout of the project', undefined, 41],
    ['--testTimeout of the call before it', 42, 60_000],
  ])('can end a test that hangs after %s', async (_, ofCall, ofProject) => {
    const { testResults } = await run(ofCall, ofProject);
    expect(testResults.map(({ title, status }) => [title, status])).toEqual([
      ['never ends', 'failed'],
      ['goes on', 'passed'],
    ]);
    expect(testResults[0]!.failureMessages.join()).toContain(`${ofCall ?? ofProject} ms`);
  });
});

import type { Test, TestResult } from '@jest/test-result';
import type { Config } from '@jest/types';
import { WorkerPool } from '../../policies/mutate/runner/worker-pool.ts';
import { toTestResult } from './to-test-result.ts';

/**
 * A runner for jest whose processes keep what a test file has imported for the next one: jest's own imports all of
 * PostGraphile anew for each file, which takes longer than most of them. What it cannot do – mocks of modules, fake timers,
 * snapshots, coverage – these tests do not need; without `runner` in jest.config.mjs they run under jest's own.
 */
export default class FewProcessesRunner {
  readonly supportsEventEmitters = false;
  readonly isSerial = false;
  readonly #globalConfig: Config.GlobalConfig;

  constructor(globalConfig: Config.GlobalConfig) {
    this.#globalConfig = globalConfig;
  }

  async runTests(
    tests: Test[],
    watcher: { isInterrupted(): boolean },
    onStart: (test: Test) => Promise<void>,
    onResult: (test: Test, result: TestResult) => Promise<void>,
    onFailure: (test: Test, error: Error) => Promise<void>,
  ): Promise<void> {
    const { maxWorkers, testNamePattern, testTimeout } = this.#globalConfig;
    const pool = new WorkerPool({ FORCE_COLOR: process.stdout.isTTY ? '1' : '0' }, 'inherit');
    try {
      await pool.each(tests, maxWorkers, async (test, run) => {
        if (watcher.isInterrupted()) return;
        await onStart(test);
        const start = Date.now();
        const timeout = testTimeout ?? test.context.config.testTimeout;
        const request = {
          file: test.path,
          only: null,
          pattern: testNamePattern ?? null,
          mutation: '',
          timeout,
        };
        try {
          const result = await run({ ...request, bail: false, isReversed: false, names: [] });
          if (result.error === null) await onResult(test, toTestResult(test, result, start));
          else await onFailure(test, Object.assign(new Error(result.error), { stack: result.error }));
        } catch (error) {
          await onFailure(test, error as Error);
        }
      });
    } finally {
      await pool.stop();
    }
  }
}

/**
 * What test files import as `@jest/globals` when they run in a process of their own, without jest around them: the same
 * parts of jest. Not here: module mocks, fake timers and snapshots.
 */
import { jestExpect } from '@jest/expect';
import { getState } from 'jest-circus';
import { ModuleMocker } from 'jest-mock';

export { afterAll, afterEach, beforeAll, beforeEach, describe, it, test } from 'jest-circus';

const mocker = new ModuleMocker(globalThis);
export const expect = jestExpect;
export const jest = {
  fn: mocker.fn.bind(mocker),
  spyOn: mocker.spyOn.bind(mocker),
  restoreAllMocks: mocker.restoreAllMocks.bind(mocker),
  setTimeout(milliseconds: number) {
    getState().testTimeout = milliseconds;
    return jest;
  },
};

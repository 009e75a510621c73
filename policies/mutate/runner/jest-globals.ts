/**
 * What test files import as `@jest/globals` when they run in a process of their own, without jest around them: the same
 * parts of jest. Not here: module mocks, fake timers and snapshots.
 */
import { jestExpect } from '@jest/expect';
import { getState } from 'jest-circus';
import { fn, mocked, spyOn } from 'jest-mock';

export { afterAll, afterEach, beforeAll, beforeEach, describe, it, test } from 'jest-circus';
export const expect = jestExpect;
export const jest = {
  fn,
  mocked,
  spyOn,
  setTimeout(milliseconds: number) {
    getState().testTimeout = milliseconds;
    return jest;
  },
};

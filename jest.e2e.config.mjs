import base from './jest.config.mjs';

/**
 * The tests in a real browser, and of the deployment: one file at a time, because each starts a
 * Chromium or more. They need Chromium, and `pg_dump` on the path.
 */
export default {
  ...base,
  // jest's own: a process for each file costs little beside what these tests start.
  runner: 'jest-runner',
  roots: ['<rootDir>/test/e2e'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
  testTimeout: 120_000,
};

import base from './jest.config.mjs';

/** The tests in a real browser: one file at a time, because each starts a Chromium. */
export default {
  ...base,
  roots: ['<rootDir>/test/e2e'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
  testTimeout: 120_000,
};

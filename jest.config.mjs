import { availableParallelism } from 'node:os';
import { TEST_TIMEOUT } from './policies/mutate/runner/test-timeout.ts';

/** Native ES modules; TypeScript becomes JavaScript by leaving its types out, as when Node runs it. */
export default {
  runner: '<rootDir>/test/runner/run-in-few-processes.ts',
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testPathIgnorePatterns: [
    '/node_modules/',
    // These have scripts of their own: test:e2e, test:faults, test:policies.
    '<rootDir>/test/e2e/',
    '<rootDir>/test/faults/',
    // Of the tools that check policies, only what they say of this project belongs here.
    '<rootDir>/test/policies/(?!lint\\.test|matrix\\.test)',
  ],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/helpers/strip-types.mjs' },
  globalSetup: '<rootDir>/test/helpers/global-setup.ts',
  globalTeardown: '<rootDir>/test/helpers/global-teardown.ts',
  // A test waits for PostgreSQL much of the time, so there may be more of them than cores.
  maxWorkers: Math.max(4, availableParallelism()),
  testTimeout: TEST_TIMEOUT,
};

import config from './jest.config.mjs';

/** What breaks on purpose: servers that are killed, frozen or gone. Needs `redis-server`, `pgbouncer` and `pg_dump` on the path. */
export default {
  ...config,
  // jest's own: a process for each file costs little beside what these tests start.
  runner: 'jest-runner',
  roots: ['<rootDir>/test/faults'],
  testPathIgnorePatterns: ['/node_modules/'],
  // One at a time: a fault on a machine that is busy with another proves nothing.
  maxWorkers: 1,
  testTimeout: 120_000,
};

import config from './jest.config.mjs';

/** The tests of the tools that check policies. */
export default {
  ...config,
  roots: ['<rootDir>/test/policies'],
  testPathIgnorePatterns: ['/node_modules/'],
};

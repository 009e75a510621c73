/** One test file to run, in a clone of the database with a mutation or without. */
export type RunRequest = {
  /** Absolute path. */
  file: string;
  /** Names of the tests to run; null for all. */
  only: string[] | null;
  /** A regular expression that the names of the tests to run match; null for all. */
  pattern?: string | null;
  /** SQL that changes the clone; empty for none. */
  mutation: string;
  /** Stop at the first failure. */
  bail: boolean;
  /** Last test first: what needs an earlier test then fails. */
  isReversed: boolean;
  /** Milliseconds for a test or a hook. */
  timeout: number;
  /** Names to look for in what each test sends to the database; empty for none. */
  names: string[];
};

export type TestRun = {
  /** With the names of the blocks around it. */
  name: string;
  /** The same in parts, the outermost block first. */
  titles: string[];
  /** Milliseconds. */
  duration: number;
  /** Of the first error; null for a test that passed. */
  error: string | null;
  /** All of its errors, with the places in the code. */
  stacks: string[];
  /** Which of the names it sent, in statements or in values. */
  names: string[];
};

export type FileRun = {
  /** Those that ran, in order. */
  tests: TestRun[];
  /** The titles of those that were left out. */
  skipped: string[][];
  /** What went wrong outside of the tests, as in loading the file; null for nothing. */
  error: string | null;
  /** Milliseconds, hooks and the making of the clone included. */
  duration: number;
};

import { afterEach, beforeEach, jest } from '@jest/globals';

const METHODS = ['log', 'info', 'warn', 'error', 'debug', 'dir', 'trace'] as const;

/** Records what a server writes about itself: its log, and what anything prints by `console`. Empty before each test. */
export function useLog() {
  const lines: string[] = [];
  const printed: string[] = [];

  beforeEach(() => {
    lines.length = 0;
    printed.length = 0;
    for (const method of METHODS) {
      jest.spyOn(console, method).mockImplementation((...values: unknown[]) => {
        printed.push(values.map(show).join(' '));
      });
    }
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  return {
    /** The lines of the log, as they were written. */
    lines,
    printed,
    /** Give it to the logger. */
    destination: { write: (line: string) => void lines.push(line) },
    /** The entries of the log with this message. */
    entries: (message: string): Record<string, unknown>[] =>
      lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === message),
  };
}

function show(value: unknown): string {
  return value instanceof Error ? `${value.stack} ${JSON.stringify(value)}` : JSON.stringify(value);
}

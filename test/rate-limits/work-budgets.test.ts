import { describe, expect, it } from '@jest/globals';
import { WorkBudgets } from '../../src/rate-limits/work-budgets.ts';

const IN_ONE_HOUR = { count: 3_600, seconds: 3_600 };
/** A second of work in each second. */
const ALL = { count: 1_000, seconds: 1 };

/** A processor of its own. */
const whole = () => 1;

describe('the work of a client', () => {
  it('can be a second at once, and then waits; that of others does not', async () => {
    const budgets = new WorkBudgets(ALL, whole);
    expect(budgets.admit('ada', 1_200)).toBeUndefined();
    const startedAt = performance.now();
    const first = budgets.admit('ada', 100);
    const second = budgets.admit('ada', 0);
    expect(budgets.admit('bob', 1_200)).toBeUndefined();
    await first;
    const middle = performance.now() - startedAt;
    expect(middle).toBeGreaterThan(150);
    await second;
    // It waits for what the first has taken, too.
    expect(performance.now() - startedAt).toBeGreaterThan(middle + 50);
  });

  it('is refused when it would wait for long, and says how long', () => {
    const budgets = new WorkBudgets(IN_ONE_HOUR, whole);
    budgets.charge('ada', 1_060);
    expect(() => budgets.admit('ada', 1)).toThrow(
      expect.objectContaining({ code: 'RATE_LIMITED', extensions: { code: 'RATE_LIMITED', retryAfter: 60 } }),
    );
  });

  it('is given back when less was done', () => {
    const budgets = new WorkBudgets(IN_ONE_HOUR, whole);
    for (let i = 0; i < 100; i++) {
      expect(budgets.admit('ada', 900)).toBeUndefined();
      budgets.charge('ada', -900);
    }
    // But it never becomes more than a second.
    budgets.charge('ada', -9_000);
    budgets.charge('ada', 1_100);
    expect(() => budgets.admit('ada', 1)).toThrow();
  });

  it('is not taken when its wait is ended', async () => {
    const budgets = new WorkBudgets(ALL, whole);
    budgets.charge('ada', 1_300);
    const gone = new AbortController();
    const ended = budgets.admit('ada', 100_000, { signal: gone.signal });
    gone.abort();
    await expect(ended).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await budgets.admit('ada', 1);
  });

  it('is less where the process has less of a processor', () => {
    const budgets = new WorkBudgets(IN_ONE_HOUR, () => 0.25);
    budgets.charge('ada', 1_060);
    expect(() => budgets.admit('ada', 1)).toThrow(
      expect.objectContaining({ extensions: { code: 'RATE_LIMITED', retryAfter: 240 } }),
    );
  });
});

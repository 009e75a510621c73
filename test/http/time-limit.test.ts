import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { startTimeLimit } from '../../src/time-limit.ts';
import { until } from '../helpers/until.ts';

describe('the limit for an answer of the cookie store, or to a supervisor', () => {
  it('cannot be used up by what keeps the process busy itself, and ends all the same', async () => {
    let isLate = false;
    startTimeLimit(100, () => {
      isLate = true;
    });
    const busyUntil = performance.now() + 300;
    while (performance.now() < busyUntil);
    // All timers that are due, and then an answer that has come meanwhile would be read.
    await delay(1);
    expect(isLate).toBe(false);
    await until(() => isLate);
  });

  it('cannot end after the answer has come', async () => {
    let lateness = 0;
    const end = startTimeLimit(10, () => lateness++);
    end();
    startTimeLimit(20, () => lateness++);
    await until(() => lateness > 0);
    expect(lateness).toBe(1);
  });
});

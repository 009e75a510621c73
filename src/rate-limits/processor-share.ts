import { performance } from 'node:perf_hooks';
import { threadMilliseconds } from '../telemetry/thread-milliseconds.ts';

/** Milliseconds between two measurements, and of work without which one says nothing. */
const INTERVAL_MS = 500;
const ENOUGH_WORK_MS = 50;
/** Below this it is not believed: the process could do nothing at all. */
const SMALLEST = 0.05;

/**
 * Makes a function that says which part of its time the process really computes while it has work to do: 1 on a processor of
 * its own, less where PostgreSQL or others keep the processors busy.
 */
export function makeProcessorShare(): () => number {
  let share = 1;
  let measuredAt = performance.now();
  let utilization = performance.eventLoopUtilization();
  let computed = threadMilliseconds();

  return () => {
    const now = performance.now();
    if (now - measuredAt < INTERVAL_MS) return share;
    const current = performance.eventLoopUtilization();
    const worked = current.active - utilization.active;
    const computedNow = threadMilliseconds();
    share = worked < ENOUGH_WORK_MS ? 1 : Math.min(1, Math.max(SMALLEST, (computedNow - computed) / worked));
    [measuredAt, utilization, computed] = [now, current, computedNow];
    return share;
  };
}

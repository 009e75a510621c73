/**
 * How well a threshold tells two groups of measurements apart: the share of pairs, one of each, in which the first is
 * the larger (Mann-Whitney). 0.5: not at all; 0 or 1: always.
 */
export function areaUnderCurve(first: readonly number[], second: readonly number[]): number {
  let wins = 0;
  for (const a of first) for (const b of second) wins += a > b ? 1 : a === b ? 0.5 : 0;
  return wins / (first.length * second.length);
}

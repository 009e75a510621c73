/** The value below which a share of the values lies; `values` are sorted here. NaN for no values. */
export function percentile(values: ArrayLike<number> & Iterable<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The median, the mean of the two middle values for an even count. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  if (!Number.isInteger(middle)) return sorted[Math.floor(middle)] ?? Number.NaN;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** A figure measured several times. */
export type Spread = { median: number; min: number; max: number };

export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** The same values, beginning further on. */
export function rotated<T>(values: readonly T[], by: number): T[] {
  const start = values.length > 0 ? by % values.length : 0;
  return [...values.slice(start), ...values.slice(0, start)];
}

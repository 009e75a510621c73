import type { Measurement } from '../measure/measure-load.ts';
import { type Spread, spread } from '../statistics.ts';

/** A table: the first row is its head. */
export type Table = string[][];

/** A number for people: thousands set apart, and no more digits than it deserves. */
export function number(value: number, digits = value < 100 ? 1 : 0): string {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** The median, and how far the furthest measurement is from it, e.g. `1,570 ±3%`. */
export function withSpread({ median, min, max }: Spread): string {
  const percent = (Math.max(max - median, median - min) / median) * 100;
  return `${number(median)} ±${number(percent, 0)}%`;
}

export function ofRounds(rounds: Measurement[], figure: keyof Measurement): Spread {
  return spread(rounds.map((round) => round[figure]));
}

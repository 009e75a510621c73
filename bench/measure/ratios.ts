import type { Operation } from '../contestants/operations.ts';
import { type Spread, spread } from '../statistics.ts';
import type { Measurement } from './measure-load.ts';
import type { CellResult } from './run-rounds.ts';

/** Where a figure was measured. */
export type Place = { operation: Operation; connections: number; latency: number };

/** What was measured of a contestant at a place, round by round; undefined if it was not. */
export function roundsOf(cells: CellResult[], letter: string, place: Place): Measurement[] | undefined {
  return cells.find(
    (cell) =>
      cell.letter === letter &&
      cell.operation === place.operation &&
      cell.connections === place.connections &&
      cell.latency === place.latency,
  )?.rounds;
}

/** How many times as much of something one contestant has as another, compared within each round. */
export function ratio(
  cells: CellResult[],
  [one, other]: [string, string],
  figure: keyof Measurement,
  place: Place,
): Spread | null {
  const ones = roundsOf(cells, one, place);
  const others = roundsOf(cells, other, place);
  if (!ones || !others) return null;
  return spread(ones.map((measurement, round) => measurement[figure] / others[round]![figure]));
}

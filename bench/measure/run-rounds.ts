import type { Cell, Plan } from '../plan.ts';
import type { Child } from '../process/child.ts';
import { rotated } from '../statistics.ts';
import type { Entrant } from './entrant.ts';
import { type Measurement, measureLoad } from './measure-load.ts';

/** What was measured of one contestant in one cell, round by round. */
export type CellResult = Cell & { latency: number; letter: string; rounds: Measurement[] };

/**
 * Measures every cell of every contestant once a round. On each cell they take turns, in another order each round, so
 * that what disturbs the machine disturbs them all.
 */
export async function runRounds(
  entrants: Entrant[],
  { latency, rounds, cells }: Plan['stages'][number],
  { seconds, load, onCell }: { seconds: number; load: Child; onCell: (round: number, cell: Cell) => void },
): Promise<CellResult[]> {
  const results = cells.map((cell) => ({
    cell,
    rows: entrants.map((entrant) => ({ entrant, rounds: [] as Measurement[] })),
  }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { cell, rows } of results) {
      onCell(round, cell);
      for (const row of rotated(rows, round))
        row.rounds.push(await measureLoad(row.entrant, cell, { seconds }, load));
    }
  }
  return results.flatMap(({ cell, rows }) =>
    rows.map((row) => ({
      ...cell,
      latency,
      letter: row.entrant.process.contestant.letter,
      rounds: row.rounds,
    })),
  );
}

import type { Results } from '../results.ts';
import { median } from '../statistics.ts';
import { number, ofRounds } from './format.ts';

/** How far apart the rounds of one and the same thing are, which is how much a small difference is worth. */
export function describeNoise({ contest }: Results): string {
  const distances = contest.cells
    .filter(({ rounds }) => rounds.length > 1)
    .map(({ rounds }) => {
      const { median: middle, min, max } = ofRounds(rounds, 'cpu');
      return ((max - min) / middle) * 100;
    });
  if (distances.length === 0) return 'one round, so its noise is not known';
  return `from the quietest to the noisiest round, CPU per request differs by ${number(median(distances), 0)}% (median over all tables)`;
}

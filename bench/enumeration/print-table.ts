import { bold, dim } from '../../src/terminal.ts';
import type { Measured } from './measure-probe.ts';

/** The range in which the time of an answer does not tell who exists. Chance alone leaves it once in 2,000 (200 pairs). */
export const ACCEPTED = { from: 0.4, to: 0.6 };

export const isAccepted = ({ auc }: Measured): boolean => auc >= ACCEPTED.from && auc <= ACCEPTED.to;

/** Shows the results on the terminal. */
export function printTable(results: Measured[]): void {
  const width = Math.max(...results.map(({ name }) => name.length));
  const row = (...cells: string[]) => cells.map((cell) => cell.padStart(12)).join('');
  console.log(`\n${bold('whether an account exists, by the time of the answer')}`);
  console.log(dim(''.padEnd(width) + row('pairs', 'known', 'unknown', 'AUC')));
  for (const result of results) {
    const { name, pairs, known, unknown, auc } = result;
    const cells = row(String(pairs), `${known.toFixed(2)} ms`, `${unknown.toFixed(2)} ms`, auc.toFixed(3));
    console.log(`${name.padEnd(width)}${cells}${isAccepted(result) ? '' : bold('  it tells')}`);
  }
}

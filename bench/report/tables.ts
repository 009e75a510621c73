import { CONTESTANTS } from '../contestants/contestants.ts';
import type { Place } from '../measure/ratios.ts';
import type { CellResult } from '../measure/run-rounds.ts';
import type { Results } from '../results.ts';
import { median } from '../statistics.ts';
import { number, ofRounds, type Table, withSpread } from './format.ts';
import { judge } from './targets.ts';

const nameOf = (letter: string) => CONTESTANTS.find((contestant) => contestant.letter === letter)?.name ?? '';

export function targetsTable(results: Results): Table {
  return [
    ['what', 'target', 'measured', 'round by round', ''],
    ...judge(results).map(({ claim, limit, measured, digits, isMet }) => [
      claim,
      limit,
      number(measured.median, digits),
      measured.min === measured.max
        ? ''
        : `${number(measured.min, digits)} – ${number(measured.max, digits)}`,
      isMet ? 'met' : 'missed',
    ]),
  ];
}

/** One table for each place: what was measured there of each contestant. */
export function contestTables({ contest }: Results): Array<{ title: string; table: Table }> {
  const places = Map.groupBy(contest.cells, titleOf);
  return [...places].map(([title, cells]) => ({
    title,
    table: [
      ['', 'contestant', 'requests/s', 'p50 ms', 'p99 ms', 'CPU µs/request', 'RSS MB'],
      ...cells.map(({ letter, rounds }) => [
        letter,
        nameOf(letter),
        withSpread(ofRounds(rounds, 'requestsPerSecond')),
        number(ofRounds(rounds, 'p50').median, 2),
        number(ofRounds(rounds, 'p99').median, 2),
        withSpread(ofRounds(rounds, 'cpu')),
        number(ofRounds(rounds, 'rss').median / 1e6, 0),
      ]),
    ],
  }));
}

function titleOf({ operation, connections, latency }: CellResult & Place): string {
  const width = connections === 1 ? '1 connection' : `${connections} connections`;
  return `${operation}, ${width}, ${latency} ms added database latency`;
}

export function countsTable({ contest }: Results): Table {
  const letters = [...new Set(contest.counts.map(({ letter }) => letter))];
  const find = (letter: string, operation: string) =>
    contest.counts.find((count) => count.letter === letter && count.operation === operation);
  return [
    ['', 'contestant', 'read: statements', 'flushes', 'mutation: statements', 'flushes'],
    ...letters.map((letter) => {
      const [read, mutation] = [find(letter, 'read'), find(letter, 'mutation')];
      const figures = [read?.statements, read?.flushes, mutation?.statements, mutation?.flushes];
      return [letter, nameOf(letter), ...figures.map((figure) => number(figure ?? Number.NaN, 1))];
    }),
  ];
}

export function policiesTable({ rls }: Results): Table {
  return [
    ['policies', 'by policy µs', 'by `where` µs', 'ratio', 'by policy, server µs', 'by `where`, server µs'],
    ...(rls?.policies ?? []).map(({ policies, byPolicy, byWhere }) => [
      String(policies),
      number(byPolicy.roundTrip),
      number(byWhere.roundTrip),
      number(byPolicy.roundTrip / byWhere.roundTrip, 2),
      number(byPolicy.server, 0),
      number(byWhere.server, 0),
    ]),
  ];
}

export function sessionsTable({ rls }: Results): Table {
  return [
    ['sessions', 'p50 ms', 'p99 ms'],
    ...(rls?.sessions ?? []).map(({ sessions, p50, p99 }) => [
      number(sessions, 0),
      number(p50, 3),
      number(p99, 3),
    ]),
  ];
}

export function startUpTable({ startUp }: Results): Table {
  if (!startUp) return [];
  const names = [...startUp.first, ...startUp.later].flatMap(({ phases }) => phases.map(({ name }) => name));
  const typical = (starts: typeof startUp.first, name: string) => {
    const durations = starts.flatMap(({ phases }) =>
      phases.filter((phase) => phase.name === name).map(({ duration }) => duration),
    );
    return durations.length > 0 ? number(median(durations), 0) : '–';
  };
  const total = (starts: typeof startUp.first) => number(median(starts.map((start) => start.total)), 0);
  return [
    ['phase', 'first start ms', 'later start ms'],
    ...[...new Set(names)].map((name) => [name, typical(startUp.first, name), typical(startUp.later, name)]),
    ['together', total(startUp.first), total(startUp.later)],
  ];
}

export function memoryTable({ memory }: Results): Table {
  return [
    ['requests', 'RSS MB', 'heap MB'],
    ...(memory ?? []).map(({ requests, rss, heap }) => [
      number(requests, 0),
      number(rss / 1e6),
      number(heap / 1e6),
    ]),
  ];
}

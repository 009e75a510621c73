import type { Measurement } from '../measure/measure-load.ts';
import { ratio } from '../measure/ratios.ts';
import { ADDED_LATENCY, USUAL_WIDTH } from '../plan.ts';
import type { Results } from '../results.ts';
import { median, type Spread } from '../statistics.ts';

/** What is claimed, what was measured, and whether the one bears out the other. */
export type Target = { claim: string; limit: string; measured: Spread; digits: number; isMet: boolean };

const FLUSHES = { read: 1, mutation: 2 };
/** Megabytes by which the server may grow between request 100,000 and 200,000. */
const GROWTH = 5;

/** Holds a run against the targets, as far as it measured what they speak of. */
export function judge(results: Results): Target[] {
  return [
    ...judgeContest(results),
    ...judgeFlushes(results),
    ...judgeRls(results),
    ...judgeStartUp(results),
    ...judgeMemory(results),
  ];
}

function judgeContest({ contest }: Results): Target[] {
  const compare = (
    figure: keyof Measurement,
    other: string,
    bound: { atMost: number } | { atLeast: number },
    claim: string,
    latency = 0,
  ): Target[] => {
    const place = { operation: 'read', connections: USUAL_WIDTH, latency } as const;
    const measured = ratio(contest.cells, ['d', other], figure, place);
    return measured ? [target(`${claim}, (d) ÷ (${other})`, bound, measured, 2)] : [];
  };
  return [
    ...compare('cpu', 'b', { atMost: 0.85 }, 'CPU per request'),
    ...compare('cpu', 'c', { atMost: 0.55 }, 'CPU per request'),
    ...compare('requestsPerSecond', 'b', { atLeast: 1.3 }, 'requests per second'),
    ...compare('requestsPerSecond', 'c', { atLeast: 2 }, 'requests per second'),
    ...compare('requestsPerSecond', 'f', { atLeast: 1 }, 'requests per second'),
    ...compare('p50', 'c', { atMost: 0.4 }, `p50 at ${ADDED_LATENCY} ms database latency`, ADDED_LATENCY),
  ];
}

function judgeFlushes({ contest }: Results): Target[] {
  return contest.counts
    .filter(({ letter }) => letter === 'd')
    .map(({ operation, flushes }) =>
      target(`flushes per ${operation} of (d)`, { atMost: FLUSHES[operation] }, one(flushes), 1),
    );
}

function judgeRls({ rls }: Results): Target[] {
  if (!rls) return [];
  const [page] = rls.policies;
  const [few] = rls.sessions;
  const many = rls.sessions.at(-1);
  return [
    target(
      `a page by policy ÷ by \`where\`, ${rls.rows.toLocaleString('en')} rows`,
      { atMost: 1.1 },
      one(page!.byPolicy.roundTrip / page!.byWhere.roundTrip),
      2,
    ),
    target(
      `p50 with ${many!.sessions.toLocaleString('en')} sessions ÷ with ${few!.sessions}`,
      { atMost: 1.2 },
      one(many!.p50 / few!.p50),
      2,
    ),
  ];
}

function judgeStartUp({ startUp }: Results): Target[] {
  if (!startUp) return [];
  const seconds = (starts: typeof startUp.first) => one(median(starts.map(({ total }) => total)) / 1000);
  return [
    target(
      'first start, seconds to the first authenticated answer',
      { atMost: 5 },
      seconds(startUp.first),
      1,
    ),
    target('later start, seconds', { atMost: 2.5 }, seconds(startUp.later), 1),
  ];
}

function judgeMemory({ memory }: Results): Target[] {
  const [from, to] = [100_000, 200_000].map((count) => memory?.find(({ requests }) => requests === count));
  if (!from || !to) return [];
  const growth = one((to.rss - from.rss) / 1e6);
  return [target('growth from request 100,000 to 200,000, MB', { atMost: GROWTH }, growth, 1)];
}

const one = (value: number): Spread => ({ median: value, min: value, max: value });

/** As shown, so rounded, before it is judged: 0.851 is shown as 0.85, and is that. */
function target(
  claim: string,
  bound: { atMost: number } | { atLeast: number },
  measured: Spread,
  digits: number,
): Target {
  const shown = Number(measured.median.toFixed(digits));
  const isMet = 'atMost' in bound ? shown <= bound.atMost : shown >= bound.atLeast;
  const limit = 'atMost' in bound ? `≤ ${bound.atMost}` : `≥ ${bound.atLeast}`;
  return { claim, limit, measured, digits, isMet };
}

import { median } from '../statistics.ts';
import { areaUnderCurve } from './area-under-curve.ts';
import type { Probe } from './probes.ts';
import type { TimedPost } from './timed-client.ts';

export type Measured = {
  name: string;
  pairs: number;
  /** Milliseconds, medians. */
  known: number;
  unknown: number;
  /** How well the time of one answer tells whether the account exists. */
  auc: number;
};

/** Pairs before the measurement, so that every plan is cached and every connection open. */
export const WARM_UP = 10;

/**
 * Sends the requests of a probe one after another: always one that exists and one that does not, in random order.
 *
 * @throws Error when two answers differ in more than time
 */
export async function measureProbe(
  { name, values, mutation, variables }: Probe,
  send: TimedPost,
  headers: Record<string, string>,
  log: (message: string) => void,
): Promise<Measured> {
  const times = { known: [] as number[], unknown: [] as number[] };
  // An answer may tell an address from a user name, which the client knows already.
  const answers = { address: new Set<string>(), name: new Set<string>() };
  const pairs = values.known.length - WARM_UP;

  for (const i of values.known.keys()) {
    const order = Math.random() < 0.5 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const);
    for (const group of order) {
      const value = values[group][i] as string;
      const sent = variables(value);
      const { milliseconds, status, body } = await send(headers, { query: mutation, variables: sent });
      answers[value.includes('@') ? 'address' : 'name'].add(`${status} ${withoutOwnWords(body, sent)}`);
      if (i >= WARM_UP) times[group].push(milliseconds);
    }
    const measured = i + 1 - WARM_UP;
    if (measured > 0 && measured % 50 === 0) log(`${name}: ${measured} of ${pairs} pairs`);
  }
  for (const seen of Object.values(answers))
    if (seen.size > 1) throw new Error(`${name} has answers that differ:\n${[...seen].join('\n')}`);

  return {
    name,
    pairs,
    known: median(times.known),
    unknown: median(times.unknown),
    auc: areaUnderCurve(times.known, times.unknown),
  };
}

const withoutOwnWords = (body: string, sent: Record<string, string>) =>
  Object.values(sent).reduce((text, word) => text.replaceAll(word, '…'), body);

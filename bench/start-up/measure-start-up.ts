import { join } from 'node:path';
import type { Progress } from '../progress.ts';
import type { Browser } from './browser.ts';
import { type StartUp, startOnce } from './start-once.ts';

/** Milliseconds from `npm start` to the first authenticated answer, and of what happens in between. */
export type StartUpResult = { first: StartUp[]; later: StartUp[] };

const FIRST = 2;
const LATER = 3;

/** Starts everything as a newcomer does: `npm start`, in a new data folder, and again in the same. */
export async function measureStartUp({
  folder,
  progress,
}: {
  folder: string;
  progress: Progress;
}): Promise<StartUpResult> {
  const result: StartUpResult = { first: [], later: [] };
  let browser: Browser | undefined;
  for (let run = 1; run <= FIRST; run += 1) {
    progress(`start-up: first start, ${run} of ${FIRST}`);
    const started = await startOnce(join(folder, `start-${run}`));
    result.first.push(started.startUp);
    browser = started.browser;
  }
  for (let run = 1; run <= LATER; run += 1) {
    progress(`start-up: later start, ${run} of ${LATER}`);
    const { startUp } = await startOnce(join(folder, `start-${FIRST}`), browser);
    result.later.push(startUp);
  }
  return result;
}

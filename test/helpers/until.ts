import { setTimeout as delay } from 'node:timers/promises';

/** Asks until the answer is something, and returns it. @param patience milliseconds after which it gives up */
export async function until<T>(
  ask: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  patience = 30_000,
): Promise<T> {
  const deadline = performance.now() + patience;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > deadline) throw new Error(`Not within ${patience} ms: ${ask}`);
    await delay(20);
  }
}

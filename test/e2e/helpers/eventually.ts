import { setTimeout } from 'node:timers/promises';

/** Milliseconds. */
const PATIENCE = 30_000;

/** Tries again until it does not fail; after half a minute, its failure stands. */
export async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await setTimeout(50);
    }
  }
}

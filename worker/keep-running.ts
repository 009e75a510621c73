import { setTimeout as delay } from 'node:timers/promises';
import type { Runner } from 'graphile-worker';
import type { Logger } from '../src/logger.ts';

/** Milliseconds between two attempts to start again. */
const PAUSE = 1_000;

/**
 * Runs a runner, and another one when it ends by itself: graphile-worker gives up when it cannot write down how a job
 * ended, for example because the database restarts. Rejects if the first one does not start.
 */
export async function keepRunning(start: () => Promise<Runner>, logger: Logger) {
  const stopping = new AbortController();
  const { signal } = stopping;
  let runner: Runner | null = await start();

  async function replace(): Promise<void> {
    while (!signal.aborted) {
      await runner?.promise.catch((error: Error) =>
        logger.error({ reason: error.message }, 'the worker ended'),
      );
      if (signal.aborted) return;
      await delay(PAUSE, undefined, { signal }).catch(() => {});
      runner = signal.aborted ? null : await restart();
    }
    await runner?.stop();
  }

  async function restart(): Promise<Runner | null> {
    try {
      const next = await start();
      logger.warn('the worker runs again');
      return next;
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'the worker does not start');
      return null;
    }
  }

  const ended = replace();
  return {
    /** Lets the jobs in progress finish. */
    async stop(): Promise<void> {
      stopping.abort();
      await runner?.stop().catch(() => {}); // it is ending by itself
      await ended;
    },
  };
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Runner, WorkerEvents } from 'graphile-worker';
import type { Logger } from '../src/logger.ts';

/** Milliseconds between two attempts to start again. */
const PAUSE = 1_000;
/** Milliseconds for a runner that has failed to end. */
const PATIENCE = 5_000;

/**
 * Runs a runner, and another one when it ends by itself: graphile-worker gives up when it cannot write down how a job
 * ended, for example because the database restarts. When several of its jobs fail in that way at once, it may give up and
 * never end; then it is left alone. Rejects if the first one does not start.
 */
export async function keepRunning(
  start: () => Promise<Runner>,
  { events, logger }: { events: WorkerEvents; logger: Logger },
) {
  const stopping = new AbortController();
  const { signal } = stopping;
  let runner: Runner | null = await start();

  async function replace(): Promise<void> {
    while (!signal.aborted) {
      await ended(runner);
      if (signal.aborted) return;
      await delay(PAUSE, undefined, { signal }).catch(() => {});
      runner = signal.aborted ? null : await restart();
    }
    await runner?.stop();
  }

  /** Resolves when the runner has ended, or has failed and not ended since. */
  async function ended(current: Runner | null): Promise<void> {
    if (!current) return;
    const { promise: isStuck, resolve: giveUp } = Promise.withResolvers<void>();
    const onFailure = () => {
      setTimeout(giveUp, PATIENCE).unref();
    };
    events.once('pool:fatalError', onFailure);
    const isOver = current.promise.catch((error: Error) =>
      logger.error({ reason: error.message }, 'the worker ended'),
    );
    await Promise.race([isOver, isStuck]);
    events.off('pool:fatalError', onFailure);
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

  const isReplaced = replace();
  return {
    /** Lets the jobs in progress finish. */
    async stop(): Promise<void> {
      stopping.abort();
      await runner?.stop().catch(() => {}); // it is ending by itself
      await isReplaced;
    },
  };
}

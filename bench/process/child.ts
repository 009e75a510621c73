import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Answer, Question } from './answer-parent.ts';

/** A process of its own that answers questions; see answer-parent.ts for the other end. */
export type Child = {
  process: ChildProcess;
  /** @throws Error with the other side's message, or when the process has ended. */
  ask<T>(method: string, argument?: unknown): Promise<T>;
  stop(): Promise<void>;
};

/** Starts a TypeScript file as a child process that speaks through IPC. */
export function startChild(file: URL, options: ForkOptions & { args?: string[] } = {}): Child {
  const { args = [], ...forkOptions } = options;
  const child = fork(file, args, { serialization: 'advanced', ...forkOptions });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastId = 0;

  child.on('message', (message) => {
    const { id, value, error } = message as Answer;
    const waiter = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) waiter?.resolve(value);
    else waiter?.reject(new Error(error));
  });
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`${file.pathname} ended with code ${code}`));
    waiting.clear();
  });

  return {
    process: child,
    ask: <T>(method: string, argument?: unknown) =>
      new Promise<T>((resolve, reject) => {
        if (!child.connected) return reject(new Error(`${file.pathname} has ended`));
        const question: Question = { id: ++lastId, method, argument };
        waiting.set(question.id, { resolve: resolve as (value: unknown) => void, reject });
        child.send(question);
      }),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

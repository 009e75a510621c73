export type Question = { id: number; method: string; argument: unknown };
export type Answer = { id: number; value?: unknown; error?: string };

type Handlers = Record<string, (argument: never) => unknown>;

/** In a child process: answers the parent's questions, and ends when the parent lets go. */
export function answerParent(handlers: Handlers): void {
  process.on('message', async (message) => {
    const { id, method, argument } = message as Question;
    try {
      const value = await handlers[method]?.(argument as never);
      process.send?.({ id, value } satisfies Answer);
    } catch (error) {
      process.send?.({ id, error: String((error as Error).stack ?? error) } satisfies Answer);
    }
  });
  process.on('disconnect', () => process.exit());
}

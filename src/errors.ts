/**
 * A start-up failure that was foreseen. Its message is one sentence for the person at the terminal, saying
 * what is wrong and what to do next; it holds no secret. `main.ts` prints it, without a stack, and exits
 * non-zero. `code` is a stable name in capitals, listed where it is thrown.
 */
export class StartError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartError';
    this.code = code;
  }
}

import { AsyncLocalStorage } from 'node:async_hooks';

/** The level that the running callback works in. */
const current = new AsyncLocalStorage<TransactionLevel>();

/**
 * A transaction or a savepoint, with the order of what happens in it: statements go out as they come, a nested
 * transaction has the connection for itself, and what comes meanwhile waits.
 */
export class TransactionLevel {
  readonly #parent: TransactionLevel | null;
  #isClosed = false;
  #exclusive = 0;
  #tail: Promise<unknown> | null = null;
  readonly #statements = new Set<Promise<unknown>>();

  constructor(parent: TransactionLevel | null = null) {
    this.#parent = parent;
  }

  /** Neither it nor a level around it has ended. */
  get isOpen(): boolean {
    return !this.#isClosed && (this.#parent?.isOpen ?? true);
  }

  /** Runs a statement in this level; called from within a transaction nested in it, in that one. */
  statement<T>(work: () => Promise<T>): Promise<T> {
    if (!this.isOpen) return refuse();
    const level = this.#innermost();
    const statement = level.#tail ? level.#queue(work) : work();
    level.#statements.add(statement);
    const forget = () => level.#statements.delete(statement);
    // A statement that is not awaited must not end the process: its failure shows at the commit.
    statement.then(forget, forget);
    return statement;
  }

  /** Runs work, such as a nested transaction, that nothing else of this level may come between. */
  exclusive<T>(work: (level: TransactionLevel) => Promise<T>): Promise<T> {
    if (!this.isOpen) return refuse();
    const level = this.#innermost();
    level.#exclusive++;
    const result = level.#queue(() => work(level));
    const forget = () => level.#exclusive--;
    result.then(forget, forget);
    return result;
  }

  /** Runs a callback; what it does to the levels around this one happens in this one. */
  run<T>(callback: () => T): T {
    return current.run(this, callback);
  }

  /** Takes no more work, and drops what waits, as nothing of it can be wanted any longer. */
  close(): void {
    this.#isClosed = true;
  }

  /** Resolves when every statement is answered. @throws Error when a nested transaction still runs. */
  async settled(): Promise<void> {
    if (this.#exclusive > 0)
      throw new Error('The callback has ended before its withTransaction. Await it before returning.');
    while (this.#statements.size > 0) await Promise.allSettled(this.#statements);
  }

  #innermost(): TransactionLevel {
    const inner = current.getStore();
    if (!inner?.isOpen) return this;
    for (let level: TransactionLevel | null = inner; level; level = level.#parent)
      if (level === this) return inner;
    return this;
  }

  #queue<T>(work: () => Promise<T>): Promise<T> {
    const next = () => (this.isOpen ? work() : refuse());
    const result = this.#tail ? this.#tail.then(next) : next();
    const tail = result.then(ignore, ignore).then(() => {
      if (this.#tail === tail) this.#tail = null;
    });
    this.#tail = tail;
    return result;
  }
}

/** What is sent too late is often not awaited either: a warning is seen then, and does not end the process. */
function refuse(): Promise<never> {
  const error = new Error('The callback of this client has ended. Await every statement before it returns.');
  process.emitWarning(error);
  const refused = Promise.reject(error);
  refused.catch(ignore);
  return refused;
}

const ignore = () => {};

import type { Duplex } from 'node:stream';
import type pg from 'pg';

/** How many bytes the database may send to a request, over all its connections. */
export class ByteBudget {
  readonly limit: number;
  #used = 0;
  readonly #makeError: () => Error;

  /** @param makeError what the statements fail with that are running when it is used up */
  constructor(limit: number, makeError: () => Error) {
    this.limit = limit;
    this.#makeError = makeError;
  }

  /** Bytes that were received. */
  get used(): number {
    return this.#used;
  }

  get isExceeded(): boolean {
    return this.#used > this.limit;
  }

  /** @throws the error of `makeError` when it is used up */
  check(): void {
    if (this.isExceeded) throw this.#makeError();
  }

  /** Counts what has arrived on a connection, and ends the connection when that is too much. */
  take(bytes: number, stream: Duplex): void {
    this.#used += bytes;
    if (this.isExceeded && !stream.destroyed) stream.destroy(this.#makeError());
  }
}

// A property, because a WeakMap would be asked for each chunk.
const BUDGET = Symbol('budget');
type Metered = Duplex & { [BUDGET]?: ByteBudget | null };
/** The part of a `pg` client that @types/pg does not know. */
type Connected = { connection: { stream: Metered } };

/**
 * Counts what a connection receives from now on; null stops it. A row can be larger than all memory, so bytes are counted
 * before `pg` puts them together to messages. The connection is closed, as PostgreSQL would send the rest of a row even
 * after a cancel; that also gives back the memory in which PostgreSQL has built it.
 */
export function meterBytes(client: pg.PoolClient, budget: ByteBudget | null): void {
  const { stream } = (client as unknown as Connected).connection;
  if (stream[BUDGET] === undefined)
    stream.prependListener('data', (chunk: Buffer) => stream[BUDGET]?.take(chunk.length, stream));
  stream[BUDGET] = budget;
}

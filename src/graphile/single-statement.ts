import type pg from 'pg';
import type { NodePostgresPgClient } from 'postgraphile/adaptors/pg';
import { type FlushOptions, flushSession } from './session-flush.ts';

/** For callbacks of PostGraphile's own, which send one statement: each is a transaction of its own, in one write. */
export class SingleStatement {
  readonly #client: pg.PoolClient;
  readonly #options: FlushOptions;
  #isResolved = false;

  constructor(client: pg.PoolClient, options: FlushOptions) {
    this.#client = client;
    this.#options = {
      ...options,
      onSessionResolved: (resolved) => {
        this.#isResolved = true;
        options.onSessionResolved(resolved);
      },
    };
  }

  /** Whether the session was not found good, so that nothing was done. */
  get hasFailed(): boolean {
    return !this.#isResolved;
  }

  handle(): NodePostgresPgClient {
    return { query: (query) => flushSession(this.#client, query, this.#options) } as NodePostgresPgClient;
  }

  /** @returns whether the connection can be used again */
  async commit(): Promise<boolean> {
    const client = this.#client as pg.PoolClient & { getTransactionStatus(): string };
    return client.getTransactionStatus() === 'I';
  }

  /** PostgreSQL has done it. */
  async rollback(): Promise<boolean> {
    return true;
  }
}

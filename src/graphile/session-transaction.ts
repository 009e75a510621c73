import type pg from 'pg';
import type { PgClientQuery, PgClientResult } from 'postgraphile/@dataplan/pg';
import type { NodePostgresPgClient } from 'postgraphile/adaptors/pg';
import { type FlushOptions, flushSession, type TransactionOptions } from './session-flush.ts';
import { PROLOGUE, prologueValues, type SessionSettings } from './session-prologue.ts';

/** The part of a `pg` client that @types/pg does not know. */
type Corkable = { connection: { stream: { cork(): void; uncork(): void } } };

const ignore = () => {};

/**
 * The transaction of one session on one connection. Its beginning, the prologue and the first statement leave in one
 * write, so authentication costs no round trip.
 *
 * PostGraphile's own steps run one statement each, and are known by `arrayMode`: the transaction ends with it. Plugins
 * may run several statements: for them it stays open until their callback has ended.
 */
export class SessionTransaction {
  #isOpen = false;
  #isOver = false;
  #isResolved = false;
  #savepoints = 0;
  readonly #client: pg.PoolClient;
  readonly #options: FlushOptions;

  constructor(client: pg.PoolClient, options: TransactionOptions, settings: SessionSettings) {
    const { isReadOnly, preparesStatements } = options;
    this.#client = client;
    this.#options = {
      settings,
      isReadOnly,
      preparesStatements,
      onSessionResolved: (resolved) => {
        this.#isResolved = true;
        options.onSessionResolved(resolved);
      },
    };
  }

  /** Whether the database has found the session good. */
  get isResolved(): boolean {
    return this.#isResolved;
  }

  /** What a plan's callback works with. */
  handle(): NodePostgresPgClient {
    return {
      rawClient: this.#client,
      query: (query) => this.#query(query) as never,
      withTransaction: (callback) => (this.#isOpen ? this.#nest(callback) : this.#keepOpen(callback)),
    };
  }

  async commit(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#client.query('commit');
  }

  /** Returns whether the connection is beyond repair. */
  async rollback(): Promise<boolean> {
    if (!this.#isOpen) return false;
    this.#isOpen = false;
    return this.#client.query('rollback').then(
      () => false,
      () => true,
    );
  }

  #query(query: PgClientQuery): Promise<PgClientResult<unknown>> {
    if (this.#isOpen) return this.#send(query);
    if (!query.arrayMode) return this.#begin(query) as Promise<PgClientResult<unknown>>;
    // Loud, because the statement would not be in the transaction that its author believes it to be in.
    if (this.#isOver)
      throw new Error('The transaction is over; run several statements in `withTransaction`.');
    this.#isOver = true;
    return flushSession(this.#client, query, this.#options);
  }

  /** The beginning of a transaction that stays open, with its first statement if there is one already. */
  async #begin(query: PgClientQuery | null): Promise<PgClientResult<unknown> | null> {
    const { stream } = (this.#client as unknown as Corkable).connection;
    this.#isOpen = true;
    stream.cork();
    this.#client.query('begin').catch(ignore);
    const prologue = this.#sendPrologue();
    const work = query && this.#send(query);
    stream.uncork();
    if (work) return firstFailure(prologue, work);
    await prologue;
    return null;
  }

  #sendPrologue(): Promise<unknown> {
    const values = prologueValues(this.#options.settings, this.#options.isReadOnly);
    const prologue = this.#client.query<{ role: string; user_id: string }>(PROLOGUE, values);
    prologue.then(({ rows: [row] }) => {
      if (row) this.#options.onSessionResolved({ role: row.role, userId: row.user_id });
    }, ignore);
    return prologue;
  }

  /** Unnamed: the names of prepared statements belong to `flushSession`. */
  #send({ text, values, arrayMode }: PgClientQuery): Promise<PgClientResult<unknown>> {
    return this.#client.query({
      text,
      values: values as unknown[],
      ...(arrayMode ? { rowMode: 'array' as const } : {}),
    }) as unknown as Promise<PgClientResult<unknown>>;
  }

  async #keepOpen<T>(callback: (client: NodePostgresPgClient) => T | Promise<T>): Promise<T> {
    await this.#begin(null);
    const result = await callback(this.handle());
    await this.commit();
    return result;
  }

  async #nest<T>(callback: (client: NodePostgresPgClient) => T | Promise<T>): Promise<T> {
    const savepoint = `rowgate_${++this.#savepoints}`;
    await this.#client.query(`savepoint ${savepoint}`);
    try {
      const result = await callback(this.handle());
      await this.#client.query(`release savepoint ${savepoint}`);
      return result;
    } catch (error) {
      await this.#client.query(`rollback to savepoint ${savepoint}`);
      throw error;
    }
  }
}

/** The result of the work. When the prologue failed, the work only knows that the transaction is aborted. */
async function firstFailure<T>(prologue: Promise<unknown>, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    await prologue;
    throw error;
  }
}

import type pg from 'pg';
import type { PgClientQuery, PgClientResult } from 'postgraphile/@dataplan/pg';
import type { NodePostgresPgClient } from 'postgraphile/adaptors/pg';
import { endTransaction } from './end-transaction.ts';
import { guardStatement, isOneStatement } from './guard-statement.ts';
import { type Gate, makeRawClient } from './raw-client.ts';
import { type FlushOptions, openSession } from './session-flush.ts';
import { TransactionLevel } from './transaction-level.ts';

type Callback<T> = (client: NodePostgresPgClient) => T | Promise<T>;
type Result = PgClientResult<unknown>;
/** The parts of a `pg` client that @types/pg does not know. */
type Client = pg.PoolClient & { pipeline: boolean; getTransactionStatus(): 'I' | 'T' | 'E' | null };

const ABORTED =
  'A statement failed and its error was caught, so PostgreSQL undid what was done with it. Run what may fail in withTransaction.';

/**
 * The transaction of one callback of a plugin. It begins with the first statement, in one write with the prologue, and
 * ends with the callback; `withTransaction` nests in it by savepoints. Nothing is sent before the prologue has been
 * answered, or after the callback, whatever the plugin calls.
 */
export class SessionTransaction {
  readonly #client: Client;
  readonly #options: FlushOptions;
  readonly #root = new TransactionLevel();
  readonly #inFlight = new Set<Promise<unknown>>();
  #state: 'new' | 'open' | 'over' = 'new';
  #isClean = true;
  #opening: Promise<void> | null = null;
  /** Why it could not begin: the session was refused, or the beginning was cancelled. */
  #failure: { error: unknown } | null = null;
  #role = '';
  #hasErrors = false;
  #savepoints = 0;
  #portals = 0;

  constructor(client: pg.PoolClient, options: FlushOptions) {
    this.#client = client as Client;
    this.#options = options;
  }

  /** Whether its beginning has failed, so that nothing was done. */
  get hasFailed(): boolean {
    return this.#failure !== null;
  }

  /** What the callback works with. */
  handle(level = this.#root): NodePostgresPgClient {
    const gate: Gate = (text, send, keepsPortal) =>
      keepsPortal
        ? level.exclusive(() => this.#track(() => this.#sendPortal(text, send))).then(({ portal }) => portal)
        : level.statement(() => this.#track(() => this.#sendRaw(text, send)));
    return {
      rawClient: makeRawClient(this.#client, gate),
      query: (query) => level.statement(() => this.#track(() => this.#query(query))) as never,
      withTransaction: (callback) => level.exclusive((parent) => this.#nest(parent, callback)),
    };
  }

  /**
   * @returns whether the connection is as if new
   * @throws when not everything was committed; then `rollback` has to follow
   */
  async commit(): Promise<boolean> {
    await this.#root.settled();
    this.#root.close();
    if (this.#failure) throw this.#failure.error;
    if (this.#portals > 0) throw new Error('A cursor was left open. Close it before the callback returns.');
    if (this.#state === 'new') return this.#isClean;
    const failure = await this.#end(this.#role);
    // What only read has lost nothing.
    if (failure === 'aborted' && !this.#options.isReadOnly) throw new Error(ABORTED);
    if (failure && failure !== 'aborted') throw failure;
    return this.#isClean;
  }

  /** @returns whether the connection is as if new */
  async rollback(): Promise<boolean> {
    this.#root.close();
    if (this.#portals > 0) return false;
    await this.#drain();
    if (this.#state === 'open') await this.#end(null);
    return this.#isClean;
  }

  async #end(role: string | null): Promise<unknown> {
    this.#state = 'over';
    this.#client.pipeline = true;
    const { failure, isClean } = await endTransaction(this.#client, role);
    this.#isClean = isClean;
    return failure;
  }

  async #query(query: PgClientQuery): Promise<Result> {
    guardStatement(query.text);
    if (this.#state === 'new' && isOneStatement(query.text)) return this.#open(query);
    await this.#ready();
    const { text, values, arrayMode } = query;
    // Unnamed: the names of prepared statements belong to `flushSession`.
    const config = { text, values: values as unknown[], ...(arrayMode ? { rowMode: 'array' as const } : {}) };
    return this.#client.query(config) as unknown as Promise<Result>;
  }

  async #sendRaw<T>(text: string | undefined, send: () => Promise<T>): Promise<T> {
    if (text !== undefined) guardStatement(text);
    await this.#ready();
    return send();
  }

  /** `pg` can have several statements under way, or one that is answered piece by piece. */
  async #sendPortal<T>(text: string | undefined, send: () => Promise<T>): Promise<{ portal: Promise<T> }> {
    await this.#sendRaw(text, () => this.#client.query(''));
    this.#client.pipeline = false;
    this.#portals++;
    const portal = send();
    const close = () => this.#portals--;
    const fail = () => {
      close();
      this.#hasErrors = true;
    };
    portal.then(close, fail);
    return { portal };
  }

  /** Resolves when the prologue was answered, and statements may be sent. */
  async #ready(): Promise<void> {
    if (this.#state === 'new') await this.#open({ text: 'select' });
    if (this.#opening) await this.#opening;
    if (this.#failure) throw this.#failure.error;
  }

  async #open({ text, values, arrayMode }: PgClientQuery): Promise<Result> {
    if (this.#failure) throw this.#failure.error;
    this.#state = 'open';
    let isResolved = false;
    const query = { text, ...(values ? { values } : {}), ...(arrayMode ? { arrayMode } : {}) };
    const result = openSession(this.#client, query, {
      ...this.#options,
      onSessionResolved: (resolved) => {
        isResolved = true;
        this.#role = resolved.role;
        this.#options.onSessionResolved(resolved);
      },
    });
    this.#opening = result.then(ignore, (error) => {
      if (!isResolved) this.#failure = { error };
    });
    await this.#opening;
    this.#opening = null;
    return result;
  }

  async #nest<T>(parent: TransactionLevel, callback: Callback<T>): Promise<T> {
    // Before the first statement the whole transaction can be the savepoint.
    const savepoint = this.#state === 'new' ? null : `rowgate_${++this.#savepoints}`;
    if (savepoint) await this.#send(`savepoint ${savepoint}`);
    const level = new TransactionLevel(parent);
    try {
      const result = await level.run(async () => callback(this.handle(level)));
      await level.settled();
      level.close();
      if (await this.#isAborted()) throw new Error(ABORTED);
      if (savepoint) await this.#send(`release savepoint ${savepoint}`);
      return result;
    } catch (error) {
      level.close();
      // What is around it has been undone already, or is told by the commit that this could not be.
      if (parent.isOpen) await this.#undo(savepoint).catch(ignore);
      throw error;
    }
  }

  async #undo(savepoint: string | null): Promise<void> {
    await this.#drain();
    if (savepoint) await this.#send(`rollback to savepoint ${savepoint}`);
    else if (this.#state === 'open' && !this.#failure) {
      await this.#client.query('rollback');
      this.#state = 'new';
    }
    this.#hasErrors = false;
  }

  #send(text: string): Promise<unknown> {
    return this.#track(() => this.#sendRaw(undefined, () => this.#client.query(text)));
  }

  /** An error comes before word of what became of the transaction. */
  async #isAborted(): Promise<boolean> {
    if (!this.#hasErrors) return false;
    await this.#client.query('').catch(ignore);
    return this.#client.getTransactionStatus() === 'E';
  }

  async #track<T>(work: () => Promise<T>): Promise<T> {
    const statement = work();
    this.#inFlight.add(statement);
    try {
      return await statement;
    } catch (error) {
      this.#hasErrors = true;
      throw error;
    } finally {
      this.#inFlight.delete(statement);
    }
  }

  /** What is on its way must not arrive after a rollback: it would run without the prologue. */
  async #drain(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.allSettled(this.#inFlight);
  }
}

const ignore = () => {};

import type pg from 'pg';
import type { PgClientQuery, PgClientResult, WithPgClient } from 'postgraphile/@dataplan/pg';
import type { NodePostgresPgClient } from 'postgraphile/adaptors/pg';
import { CodedError } from './error-codes.ts';
import { toCodedError } from './to-coded-error.ts';

/**
 * What every transaction asks the database before it works: is this session alive, and which role is it?
 * `resolve_session` raises if not, and everything after it fails. `set_config('role', …)` is `set local role`.
 */
const PROLOGUE = `select
  set_config('role', r.role, true),
  set_config('app.user_id', coalesce(r.user_id::text, ''), true),
  set_config('app.session_id', coalesce($1::text, ''), true),
  set_config('app.request', $2::text, true),
  set_config('transaction_read_only', r.read_only, true)
from app_private.resolve_session($1::uuid) r`;

const BEGIN = { name: 'rowgate_begin', text: 'begin' };
const BEGIN_READ = { name: 'rowgate_begin_read', text: 'begin read only' };
const COMMIT = { name: 'rowgate_commit', text: 'commit' };

/** What a request hands to its transactions; PostGraphile carries it as `pgSettings`. */
export type SessionSettings = {
  /** The id of the session the request names; undefined for none. */
  'app.session_id': string | undefined;
  /** JSON about the request: address, client, id. Information for audit and sessions, never authority. */
  'app.request': string;
};

export type WithPgClientOptions = {
  pool: pg.Pool;
  /** A `query` operation: its transactions are read-only, and their commit is not waited for. */
  isReadOnly: boolean;
  /** The session has been judged: good, or refused by the database. */
  onSessionResolved(): void;
  onSessionRefused(): void;
};

/** The parts of a `pg` client that @types/pg does not know. */
type Corkable = { connection: { stream: { cork(): void; uncork(): void } } };

const ignore = () => {};

/**
 * Replaces PostGraphile's adaptor for one request. The transaction's beginning, its prologue and its first statement
 * leave in one write, so authentication costs no round trip. In a read the commit leaves with them, and the answer
 * does not wait for it; a further statement of the same read begins anew, and is authenticated anew.
 *
 * @throws CodedError `UNAVAILABLE` when no connection is to be had; what the database says otherwise.
 */
export function makeWithPgClient(options: WithPgClientOptions): WithPgClient<NodePostgresPgClient> {
  const withPgClient = async <T>(
    settings: Record<string, string | undefined> | null,
    callback: (client: NodePostgresPgClient) => T | Promise<T>,
  ): Promise<T> => {
    const client = await connect(options.pool);
    const transaction = new SessionTransaction(client, options, settings as SessionSettings);
    try {
      const result = await callback(options.isReadOnly ? transaction.reader() : transaction.writer());
      await transaction.commit();
      client.release();
      return result;
    } catch (error) {
      const isBroken = await transaction.rollback();
      client.release(isBroken);
      throw transaction.isAnonymous && isDenied(error) ? new CodedError('UNAUTHENTICATED') : error;
    }
  };
  return Object.assign(withPgClient, { release: ignore }) as WithPgClient<NodePostgresPgClient>;
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw toCodedError(error) ?? new CodedError('UNAVAILABLE');
  }
}

/** Without a session, a missing grant means: log in first. */
function isDenied(error: unknown): boolean {
  return (error as { code?: string }).code === '42501';
}

/** One transaction of one session on one connection. */
class SessionTransaction {
  #isOpen = false;
  #savepoints = 0;
  readonly #client: pg.PoolClient;
  readonly #options: WithPgClientOptions;
  readonly #settings: SessionSettings;

  constructor(client: pg.PoolClient, options: WithPgClientOptions, settings: SessionSettings) {
    this.#client = client;
    this.#options = options;
    this.#settings = settings;
  }

  get isAnonymous(): boolean {
    return this.#settings['app.session_id'] === undefined;
  }

  /** Each statement is a read-only transaction of its own, sent as a whole in one write. */
  reader(): NodePostgresPgClient {
    return {
      rawClient: this.#client,
      query: (query) => this.#begin(query, true) as never,
      withTransaction: (callback) => this.#keepOpen(callback),
    };
  }

  /** All statements share one transaction, which the first of them opens. */
  writer(): NodePostgresPgClient {
    return {
      rawClient: this.#client,
      query: (query) => (this.#isOpen ? this.#send(query) : this.#begin(query, false)) as never,
      withTransaction: (callback) => (this.#isOpen ? this.#nest(callback) : this.#keepOpen(callback)),
    };
  }

  async commit(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#client.query(COMMIT);
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

  async #begin(query: PgClientQuery | null, isComplete: boolean): Promise<PgClientResult<unknown> | null> {
    const { stream } = (this.#client as unknown as Corkable).connection;
    stream.cork();
    this.#client.query(this.#options.isReadOnly ? BEGIN_READ : BEGIN).catch(ignore);
    const prologue = this.#client.query({
      name: 'rowgate_prologue',
      text: PROLOGUE,
      values: [this.#settings['app.session_id'], this.#settings['app.request']],
    });
    prologue.catch(ignore);
    const work = query && this.#send(query);
    if (isComplete) this.#client.query(COMMIT).catch(ignore);
    else this.#isOpen = true;
    stream.uncork();

    try {
      if (!work) await prologue;
      const result = await work;
      this.#options.onSessionResolved();
      return result;
    } catch (error) {
      // When the prologue failed, the work only knows that the transaction is aborted.
      await prologue.catch((cause) => {
        if (toCodedError(cause)?.code === 'UNAUTHENTICATED') this.#options.onSessionRefused();
        throw cause;
      });
      throw error;
    }
  }

  #send({ text, name, values, arrayMode }: PgClientQuery): Promise<PgClientResult<unknown>> {
    return this.#client.query({
      text,
      ...(name ? { name } : {}),
      values: values as unknown[],
      ...(arrayMode ? { rowMode: 'array' as const } : {}),
    }) as unknown as Promise<PgClientResult<unknown>>;
  }

  async #keepOpen<T>(callback: (client: NodePostgresPgClient) => T | Promise<T>): Promise<T> {
    await this.#begin(null, false);
    const result = await callback(this.writer());
    await this.commit();
    return result;
  }

  async #nest<T>(callback: (client: NodePostgresPgClient) => T | Promise<T>): Promise<T> {
    const savepoint = `rowgate_${++this.#savepoints}`;
    await this.#client.query(`savepoint ${savepoint}`);
    try {
      const result = await callback(this.writer());
      await this.#client.query(`release savepoint ${savepoint}`);
      return result;
    } catch (error) {
      await this.#client.query(`rollback to savepoint ${savepoint}`);
      throw error;
    }
  }
}

import type pg from 'pg';
import type { PgClientQuery, PgClientResult } from 'postgraphile/@dataplan/pg';
import type { NodePostgresPgClient } from 'postgraphile/adaptors/pg';
import { nameStatement } from '../database/name-statement.ts';

/**
 * What every transaction asks the database before it works: is this session alive, and which role is it?
 * `resolve_session` raises if not, and everything after it fails. `set_config('role', …)` is `set local role`.
 */
const PROLOGUE = `select
  set_config('role', r.role, true) as role,
  set_config('app.user_id', coalesce(r.user_id::text, ''), true) as user_id,
  set_config('app.session_id', coalesce($1::text, ''), true),
  set_config('app.request', $2::text, true),
  set_config('transaction_read_only', r.read_only, true)
from app_private.resolve_session($1::uuid) r`;

/** What the database said of the session. */
export type Resolved = { role: string; user_id: string };

/** What a request hands to its transactions; PostGraphile carries it as `pgSettings`. */
export type SessionSettings = {
  /** The id of the session the request names; undefined for none. */
  'app.session_id': string | undefined;
  /** JSON about the request: address, client, id. Information for audit and sessions, never authority. */
  'app.request': string;
};

export type TransactionOptions = {
  /** A `query` operation: it may not write. */
  isReadOnly: boolean;
  /** Statements are prepared once for each connection. Off behind a pooler that cannot follow them. */
  preparesStatements: boolean;
  /** The session was found good. */
  onSessionResolved(resolved: Resolved): void;
};

/** The parts of a `pg` client that @types/pg does not know. */
type Corkable = { connection: { stream: { cork(): void; uncork(): void } } };

const ignore = () => {};

/**
 * The transaction of one session on one connection. Its beginning, the prologue and the first statement leave in one
 * write, so authentication costs no round trip.
 *
 * PostGraphile's own steps run one statement each, and are known by `arrayMode`: their commit leaves in the same write,
 * and only a mutation (which PostGraphile gives no name) waits for it. Plugins may run several statements: for them the
 * transaction stays open until their callback has ended.
 */
export class SessionTransaction {
  #isOpen = false;
  #isOver = false;
  #savepoints = 0;
  readonly #client: pg.PoolClient;
  readonly #options: TransactionOptions;
  readonly #settings: SessionSettings;

  constructor(client: pg.PoolClient, options: TransactionOptions, settings: SessionSettings) {
    this.#client = client;
    this.#options = options;
    this.#settings = settings;
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
    return this.#complete(query);
  }

  /** The whole transaction in one write. */
  async #complete(query: PgClientQuery): Promise<PgClientResult<unknown>> {
    const { stream } = (this.#client as unknown as Corkable).connection;
    const waitsForCommit = query.name === undefined && !this.#options.isReadOnly;
    stream.cork();
    const prologue = this.#sendPrologue();
    const work = this.#send(query);
    const commit = this.#client.query('commit');
    commit.catch(ignore);
    stream.uncork();
    const result = await firstFailure(prologue, work);
    if (waitsForCommit) await commit;
    return result;
  }

  /** The beginning of a transaction that stays open, with its first statement if there is one already. */
  async #begin(query: PgClientQuery | null): Promise<PgClientResult<unknown> | null> {
    const { stream } = (this.#client as unknown as Corkable).connection;
    this.#isOpen = true;
    stream.cork();
    const prologue = this.#sendPrologue();
    const work = query && this.#send(query);
    stream.uncork();
    if (work) return firstFailure(prologue, work);
    await prologue;
    return null;
  }

  #sendPrologue(): Promise<pg.QueryResult<Resolved>> {
    this.#client.query(this.#options.isReadOnly ? 'begin read only' : 'begin').catch(ignore);
    const prologue = this.#client.query<Resolved>({
      ...(this.#options.preparesStatements ? { name: 'rowgate_prologue' } : {}),
      text: PROLOGUE,
      values: [this.#settings['app.session_id'], this.#settings['app.request']],
    });
    prologue.then(({ rows }) => this.#options.onSessionResolved(rows[0] as Resolved), ignore);
    return prologue;
  }

  #send({ text, name, values, arrayMode }: PgClientQuery): Promise<PgClientResult<unknown>> {
    const isPrepared = name !== undefined && this.#options.preparesStatements;
    return this.#client.query({
      text,
      ...(isPrepared ? { name: nameStatement(this.#client, name) } : {}),
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

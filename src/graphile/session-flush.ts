import pg from 'pg';
import type { PgClientQuery, PgClientResult } from 'postgraphile/@dataplan/pg';
import { keepStatement } from '../database/keep-statement.ts';
import { type KnownStatements, MessageBatch } from '../database/message-batch.ts';
import { PROLOGUE, prologueValues, type Resolved, type SessionSettings } from './session-prologue.ts';

const PROLOGUE_NAME = 'rowgate_prologue';

/** The parts of `pg`'s connection that @types/pg does not know. */
type Connection = KnownStatements & { stream: { write(bytes: Buffer): void } };
type Callback = (error: Error | null, result: PgClientResult<unknown>) => void;

/** The part of `pg.Query` that @types/pg does not know: what it sends, and what it does with each answer. */
type ProtocolQuery = {
  name: string | undefined;
  text: string;
  submit(connection: MessageBatch | Connection): Error | null;
  handleDataRow(message: { fields: (string | null)[] }): void;
  handleCommandComplete(message: object, connection: Connection): void;
  handleError(error: Error, connection: Connection): void;
};
const ProtocolQuery = pg.Query as unknown as new (
  query: object,
  values: undefined,
  callback: Callback,
) => ProtocolQuery;

export type TransactionOptions = {
  /** A `query` operation: it may not write. */
  isReadOnly: boolean;
  /** Statements are prepared once for each connection. Off behind a pooler that cannot follow them. */
  preparesStatements: boolean;
  /** The session was found good. */
  onSessionResolved(resolved: Resolved): void;
};
export type FlushOptions = TransactionOptions & { settings: SessionSettings };

/**
 * A whole transaction in one write: the prologue, one statement of work, and one `sync`. PostgreSQL runs what lies
 * between two syncs as one transaction, skips the rest when a part of it fails, and commits at the sync; so this needs
 * neither `begin` nor `commit`, and work is never done for a session that the prologue has refused.
 *
 * @throws what the database says; of the prologue, when that failed.
 */
export const flushSession = (
  client: pg.PoolClient,
  query: PgClientQuery,
  options: FlushOptions,
): Promise<PgClientResult<unknown>> => send(client, query, options, false);

/**
 * Opens a transaction that stays open: `begin`, the prologue and its first statement in one write with one `sync`. The
 * statement cannot run without the prologue: what fails before it, such as a cancelled `begin`, skips it. For the same
 * reason nothing else may be sent before this is answered.
 *
 * @throws what the database says; of the prologue, when that failed.
 */
export const openSession = (
  client: pg.PoolClient,
  query: PgClientQuery,
  options: FlushOptions,
): Promise<PgClientResult<unknown>> => send(client, query, options, true);

function send(client: pg.PoolClient, query: PgClientQuery, options: FlushOptions, staysOpen: boolean) {
  return new Promise<PgClientResult<unknown>>((resolve, reject) => {
    const callback: Callback = (error, result) => (error ? reject(error) : resolve(result));
    client.query(new SessionFlush(query, options, staysOpen, callback) as unknown as pg.Query);
  });
}

class SessionFlush extends ProtocolQuery {
  readonly #options: FlushOptions;
  readonly #staysOpen: boolean;
  #isBegun: boolean;
  #isPrologueDone = false;

  constructor(
    { text, name, values, arrayMode }: PgClientQuery,
    options: FlushOptions,
    staysOpen: boolean,
    callback: Callback,
  ) {
    const query = {
      text,
      name: options.preparesStatements ? name : undefined,
      values: values ?? [],
      rowMode: arrayMode ? 'array' : undefined,
      // Never as a simple query, which would be a transaction of its own.
      queryMode: 'extended',
    };
    super(query, undefined, callback);
    this.#options = options;
    this.#staysOpen = staysOpen;
    this.#isBegun = !staysOpen;
  }

  override submit(connection: Connection): Error | null {
    const batch = new MessageBatch(connection);
    if (this.#staysOpen) {
      batch.parse({ name: '', text: 'begin' });
      batch.bind({ portal: '', statement: '', values: [] });
      batch.execute({ portal: '' });
    }
    this.#sendPrologue(batch);
    if (this.name) {
      const old = keepStatement(connection, this.name, this.text);
      for (const name of old ?? []) forget(batch, name);
      if (old === null) this.name = undefined;
      else if (batch.parsedStatements[this.name] !== this.text) forget(batch, this.name);
    }
    const error = super.submit(batch);
    if (!error) connection.stream.write(batch.bytes());
    return error;
  }

  #sendPrologue(batch: MessageBatch): void {
    const { settings, isReadOnly, preparesStatements } = this.#options;
    const name = preparesStatements ? PROLOGUE_NAME : '';
    if (!name || !batch.parsedStatements[name]) {
      if (name) forget(batch, name);
      batch.parse({ name, text: PROLOGUE });
    }
    batch.bind({ portal: '', statement: name, values: prologueValues(settings, isReadOnly) });
    // Without `describe`: its columns are known.
    batch.execute({ portal: '' });
  }

  override handleDataRow(message: { fields: (string | null)[] }): void {
    if (this.#isPrologueDone) super.handleDataRow(message);
    else {
      const [role, userId] = message.fields as [string, string];
      this.#options.onSessionResolved({ role, userId });
    }
  }

  override handleCommandComplete(message: object, connection: Connection): void {
    if (this.#isPrologueDone) super.handleCommandComplete(message, connection);
    else if (!this.#isBegun) this.#isBegun = true;
    else {
      this.#isPrologueDone = true;
      if (this.#options.preparesStatements) connection.parsedStatements[PROLOGUE_NAME] = PROLOGUE;
    }
  }

  override handleError(error: Error, connection: Connection): void {
    // Which of the statements the database has kept is not known, or whether their plans still fit.
    delete connection.parsedStatements[PROLOGUE_NAME];
    if (this.name) delete connection.parsedStatements[this.name];
    super.handleError(error, connection);
  }
}

/** Frees a name, which the database may know or not. */
function forget(batch: MessageBatch, name: string): void {
  delete batch.parsedStatements[name];
  delete batch.submittedNamedStatements[name];
  batch.close({ type: 'S', name });
}

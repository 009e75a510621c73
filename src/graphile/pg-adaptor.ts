import type { Span } from '@opentelemetry/api';
import type pg from 'pg';
import type { NodePostgresPgClient } from 'postgraphile/adaptors/pg';
import { borrowClient } from '../database/borrow-client.ts';
import type { BusyClients } from '../database/busy-clients.ts';
import { type ByteBudget, meterBytes } from '../database/byte-budget.ts';
import { inSpan } from '../telemetry/tracing.ts';
import { CodedError } from './error-codes.ts';
import { isReadOnlyError, judgeReadOnlyError } from './read-only-error.ts';
import type { TransactionOptions } from './session-flush.ts';
import type { SessionSettings } from './session-prologue.ts';
import { SessionTransaction } from './session-transaction.ts';
import { SingleStatement } from './single-statement.ts';
import { toCodedError } from './to-coded-error.ts';

export type WithPgClientOptions = TransactionOptions & {
  pool: pg.Pool;
  /** Asked instead when the pool, a replica, is lost or does not know the session (yet); undefined for a pool of the primary. */
  primary: pg.Pool | undefined;
  /** How many bytes the database may send; asked for at each transaction. Without it there is no limit. */
  budget?: () => ByteBudget;
  /** The connections that work for the request at this moment. */
  busy: BusyClients;
  /** The request's span; undefined when nothing is traced. */
  span: Span | undefined;
  /** The database has refused the session. */
  onSessionRefused(): void;
  /** Something was committed. */
  onWritten(): void;
};

type Callback<T> = (client: NodePostgresPgClient) => T | Promise<T>;
type Settings = Record<string, string | undefined> | null;
type Run = <T>(pgSettings: Settings, callback: Callback<T>) => Promise<T>;

type Attempt = {
  isSingle: boolean;
  /** The callback has run on, after its session was found good. */
  hasBegun: boolean;
};

/** `withPgClient` of a request. */
export type RequestWithPgClient = Run & {
  /** For a callback that sends one statement and nothing else: it is a transaction of its own, in one write. */
  single: Run;
  release(): void;
};

/**
 * Replaces PostGraphile's adaptor for one request: every transaction begins by asking the database what the request's
 * session is worth.
 *
 * @throws CodedError `UNAVAILABLE` when no connection is to be had; what the database says otherwise.
 */
export function makeWithPgClient(options: WithPgClientOptions): RequestWithPgClient {
  async function runOn<T>(
    pool: pg.Pool,
    settings: SessionSettings,
    callback: Callback<T>,
    attempt: Attempt,
  ): Promise<T> {
    const budget = options.budget?.() ?? null;
    budget?.check();
    const client = await borrowClient(pool);
    // While it waited for the connection. What has not begun need not be cancelled.
    if (options.busy.isCancelled) {
      client.release();
      throw new CodedError('UNAVAILABLE');
    }
    const transaction = attempt.isSingle
      ? new SingleStatement(client, { ...options, settings })
      : new SessionTransaction(client, { ...options, settings });
    options.busy.add(client);
    if (budget) meterBytes(client, budget);
    let isClean = false;
    try {
      return await inSpan('transaction', options.span, async () => {
        const result = await callback(transaction.handle());
        isClean = await transaction.commit();
        return result;
      });
    } catch (error) {
      isClean = await transaction.rollback();
      attempt.hasBegun = !transaction.hasFailed;
      // The session was not even judged: something, such as a function that sets a role for longer than its transaction,
      // has left the connection unfit for every user.
      if (transaction.hasFailed && !isRefused(error)) isClean = false;
      if (!isReadOnlyError(error)) throw error;
      // A replica only answers requests that may not write anyway.
      if (options.primary && pool === options.pool) throw CodedError.from('FORBIDDEN', error);
      const judged = await judgeReadOnlyError(error, client);
      if (judged.code === 'UNAVAILABLE') isClean = false;
      throw judged;
    } finally {
      if (budget) meterBytes(client, null);
      await options.busy.delete(client);
      client.release(!isClean);
    }
  }

  const run = async <T>(pgSettings: Settings, callback: Callback<T>, isSingle: boolean) => {
    if (!pgSettings)
      throw new Error('withPgClient needs a session: pass `pgSettings` of the context, not null.');
    const settings = pgSettings as SessionSettings;
    const attempt = { isSingle, hasBegun: false };
    try {
      const result = await runOn(options.pool, settings, callback, attempt).catch((error) => {
        // A replica may not have heard of a new session, or be lost. One statement that reads can be asked again; a
        // callback may have done more.
        const mayRepeat = isSingle || !attempt.hasBegun;
        if (options.primary && mayRepeat && (isRefused(error) || isUnavailable(error)))
          return runOn(options.primary, settings, callback, attempt);
        throw error;
      });
      if (!options.isReadOnly) options.onWritten();
      return result;
    } catch (error) {
      if (isRefused(error)) options.onSessionRefused();
      // Without a session, a missing grant means: log in first.
      const isAnonymous = settings['app.session_id'] === undefined;
      throw isAnonymous && isDenied(error) ? CodedError.from('UNAUTHENTICATED', error) : error;
    }
  };
  const single: Run = (pgSettings, callback) => run(pgSettings, callback, true);
  const withPgClient: Run = (pgSettings, callback) => run(pgSettings, callback, false);
  return Object.assign(withPgClient, { single, release: () => {} });
}

const isRefused = (error: unknown) => toCodedError(error)?.code === 'UNAUTHENTICATED';
const isUnavailable = (error: unknown) => toCodedError(error)?.code === 'UNAVAILABLE';
const isDenied = (error: unknown) => (error as { code?: string }).code === '42501';

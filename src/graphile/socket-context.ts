import type { Deps } from '../deps.ts';
import type { LiveSocket } from '../live-queries/live-socket.ts';
import { measureDocument } from '../query-limits/measure-document.ts';
import { costOfAll, costOfBytes } from '../rate-limits/work-of-request.ts';
import { describeRequest } from '../telemetry/request-facts.ts';
import { makeAnswerBudget } from './answer-budget.ts';
import { CodedError } from './error-codes.ts';
import { makeWithPgClient, type RequestWithPgClient } from './pg-adaptor.ts';
import type { SessionSettings } from './session-prologue.ts';

type Variables = Record<string, unknown> | null | undefined;

declare global {
  namespace Grafast {
    interface Context {
      /** The changes of the account that this socket belongs to, whatever topic is asked for. Undefined for a request. */
      accountChanges?: { subscribe(topic: string): AsyncIterableIterator<true> };
    }
  }
}

/**
 * Makes what plans find in `context()` of a subscription. Each of its events runs in a transaction of its own, which asks
 * the database what the session is worth, like any request's.
 */
export function makeSocketContext(deps: Deps) {
  const { config, pools, accountChanges, turns, workBudgets } = deps;
  const refuse = async () => {
    throw new CodedError('BAD_REQUEST', 'Send this as a POST request.');
  };

  return (
    live: LiveSocket,
    { document, variableValues }: Pick<Grafast.ExecutionArgs, 'document' | 'variableValues'>,
  ): Partial<Grafast.Context> => {
    if (!live.identity || !accountChanges) throw new CodedError('UNAUTHENTICATED');
    const { req, identity } = live;
    const { session } = identity;
    const pgSettings: SessionSettings = {
      'app.session_id': session.id,
      'app.request': describeRequest(req),
    };
    const { busy, closed } = live;
    const client = `sockets ${live.network}`;
    /** Milliseconds that its next event is expected to cost. The first comes at once, with as much as it can hold. */
    let expected = costOfAll(
      measureDocument(document, { ...config.queryLimits, variables: variableValues as Variables }),
    );

    type Run = RequestWithPgClient['single'];
    const work = async (
      settings: Parameters<Run>[0],
      callback: Parameters<Run>[1],
      isSingle: boolean,
    ): Promise<unknown> => {
      const budget = makeAnswerBudget(config.queryLimits);
      const run = makeWithPgClient({
        // Never a replica: what has just changed may not be there yet.
        pool: pools.data,
        primary: undefined,
        isReadOnly: true,
        preparesStatements: config.database.preparesStatements,
        budget: () => budget,
        busy,
        span: undefined,
        onWritten: () => {},
        onSessionResolved: () => {},
        onSessionRefused: () => live.end(new CodedError('UNAUTHENTICATED')),
      });
      try {
        return await (isSingle ? run.single : run)(settings, callback);
      } finally {
        const cost = costOfBytes(budget.used);
        workBudgets?.charge(client, cost - expected);
        expected = cost;
      }
    };
    const inTurn = (isSingle: boolean) =>
      (async (settings, callback) => {
        // Not while it has a turn, which others wait for.
        await workBudgets?.admit(client, expected, { maxWait: Number.POSITIVE_INFINITY, signal: closed });
        return turns.take(session.userId, () => work(settings, callback, isSingle), closed);
      }) as Run;
    const withPgClient: RequestWithPgClient = Object.assign(inTurn(false), {
      single: inTurn(true),
      release: () => {},
    });
    return {
      pgSettings,
      withPgClient,
      accountChanges: { subscribe: () => accountChanges.watch(session.userId) },
      isTokenMode: true,
      requireCookies: () => {
        throw new CodedError('BAD_REQUEST', 'Send this as a POST request.');
      },
      startSession: refuse,
      endSession: refuse,
    };
  };
}

import { BusyClients } from '../database/busy-clients.ts';
import type { Deps } from '../deps.ts';
import type { LiveSocket } from '../live-queries/live-socket.ts';
import { describeRequest } from '../telemetry/request-facts.ts';
import { CodedError } from './error-codes.ts';
import { makeWithPgClient } from './pg-adaptor.ts';
import type { SessionSettings } from './session-prologue.ts';

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
  const { config, pools, accountChanges, takeTurn } = deps;
  const refuse = async () => {
    throw new CodedError('BAD_REQUEST', 'Send this as a POST request.');
  };

  return (live: LiveSocket): Partial<Grafast.Context> => {
    if (!live.identity || !accountChanges) throw new CodedError('UNAUTHENTICATED');
    const { req, identity } = live;
    const { session } = identity;
    const pgSettings: SessionSettings = {
      'app.session_id': session.id,
      'app.request': describeRequest(req),
    };
    const withPgClient = makeWithPgClient({
      // Never a replica: what has just changed may not be there yet.
      pool: pools.data,
      primary: undefined,
      isReadOnly: true,
      preparesStatements: config.database.preparesStatements,
      busy: new BusyClients(),
      span: undefined,
      onWritten: () => {},
      onSessionResolved: () => {},
      onSessionRefused: () => live.end(new CodedError('UNAUTHENTICATED')),
    });
    const inTurn: typeof withPgClient = Object.assign(
      ((settings, callback) => takeTurn(async () => withPgClient(settings, callback))) as typeof withPgClient,
      { release: () => {} },
    );
    return {
      pgSettings,
      withPgClient: inTurn,
      accountChanges: { subscribe: () => accountChanges.watch(session.userId) },
      isTokenMode: true,
      startSession: refuse,
      endSession: refuse,
    };
  };
}

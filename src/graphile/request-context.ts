import type { Request, Response } from 'express';
import { BusyClients } from '../database/busy-clients.ts';
import type { Deps } from '../deps.ts';
import type { LiveSocket } from '../live-queries/live-socket.ts';
import { getRequestSession } from '../request-session.ts';
import { describeRequest, factsOf } from '../telemetry/request-facts.ts';
import { makeAnswerBudget } from './answer-budget.ts';
import { CodedError } from './error-codes.ts';
import { describeOperation } from './operation.ts';
import { makeWithPgClient } from './pg-adaptor.ts';
import type { SessionSettings } from './session-prologue.ts';
import { makeSocketContext } from './socket-context.ts';

declare global {
  namespace Grafast {
    interface Context {
      /** The client neither reads nor sends cookies. */
      isTokenMode: boolean;
      /** @throws CodedError when the client would not be given the cookie of a session */
      requireCookies(): void;
      /** Makes this request's cookie name a session that was just started. */
      startSession(sessionId: string): Promise<void>;
      /** Takes the cookie away: the session has ended. */
      endSession(): Promise<void>;
    }
  }
}

const INSECURE =
  'No session cookie can be set: this connection does not count as https. Use the https address; the operator of the server finds the reason in its log (TRUST_PROXY).';

/** Makes what plans find in `context()`: the request's session for the database, and how to change it. */
export function makeRequestContext(deps: Deps) {
  const { config, pools, cookieSessions, csrf, replica, recentWrites, sessionActivity } = deps;
  const socketContext = makeSocketContext(deps);
  let isWarned = false;
  const warnOfInsecureConnection = () => {
    if (!isWarned)
      deps.logger.warn(
        'A login was refused, because its connection does not count as https, so its cookie could not be set. Set TRUST_PROXY to the proxies in front; the one that ends TLS must send X-Forwarded-Proto: https.',
      );
    isWarned = true;
  };

  return (
    requestContext: Partial<Grafast.RequestContext>,
    args: Grafast.ExecutionArgs,
  ): Partial<Grafast.Context> => {
    if (requestContext.ws) return socketContext(requestContext.ws.socket as unknown as LiveSocket, args);
    const { req, res } = requestContext.expressv4 as { req: Request; res: Response };
    const { isQuery, needsPassword } = describeOperation(args.document, args.operationName);
    const facts = factsOf(req);
    const { isTokenMode, sessionId } = getRequestSession(req);
    // Mutable: a login changes it, and the rest of the operation runs as the new user.
    const pgSettings: SessionSettings = {
      'app.session_id': sessionId ?? undefined,
      'app.request': describeRequest(req),
    };

    const requireCookies = () => {
      // Before the session starts, because express-session leaves out the cookie without a word.
      if (isTokenMode) throw new CodedError('BAD_REQUEST', 'Without cookies, use `issueTokens`.');
      if (!config.session.isSecure || req.secure) return;
      warnOfInsecureConnection();
      throw new CodedError('BAD_REQUEST', INSECURE);
    };
    const startSession = async (sessionId: string) => {
      pgSettings['app.session_id'] = sessionId;
      await cookieSessions.start(req, res, sessionId);
      csrf.renew(req, res, getRequestSession(req).cookieId);
    };
    const endSession = async () => {
      pgSettings['app.session_id'] = undefined;
      if (isTokenMode) return;
      await cookieSessions.end(req, res);
      csrf.renew(req, res, null);
    };

    const budget = makeAnswerBudget(config.queryLimits);
    facts.budget = budget;
    const busy = new BusyClients();
    res.once('close', () => {
      // The client has gone: nobody waits for what is still being worked on.
      if (!res.writableFinished) busy.cancel();
    });
    const reader = isQuery && replica?.isFresh() && !recentWrites.has(req) ? replica.pool : null;

    return {
      pgSettings,
      withPgClient: makeWithPgClient({
        pool: needsPassword ? pools.auth : (reader ?? pools.data),
        primary: reader ? pools.data : undefined,
        isReadOnly: isQuery,
        preparesStatements: config.database.preparesStatements,
        budget: () => budget,
        busy,
        span: facts.span,
        onWritten: () => {
          if (replica) recentWrites.note(req, res);
        },
        onSessionResolved: ({ role, userId }) => {
          facts.role = role;
          if (userId) facts.userId = userId;
          if (pgSettings['app.session_id']) sessionActivity.note(pgSettings['app.session_id']);
        },
        onSessionRefused: () => {
          if (isTokenMode || getRequestSession(req).sessionId === null) return;
          void cookieSessions.end(req, res);
          csrf.renew(req, res, null);
        },
      }),
      isTokenMode,
      requireCookies,
      startSession,
      endSession,
    };
  };
}

import type { Request, Response } from 'express';
import type { Deps } from '../../deps.ts';
import { limitedOperations } from '../../rate-limits/limited-operations.ts';
import { setRetryAfter } from '../../rate-limits/set-retry-after.ts';
import { getRequestSession } from '../../request-session.ts';
import { factsOf } from '../../telemetry/request-facts.ts';
import { CodedError } from '../error-codes.ts';
import { toSafeError } from '../to-safe-error.ts';

type Exchange = { req: Request; res: Response };

/** Counts logins, mails and the like by operation, before any of them is executed. */
export function makeRateLimitsPlugin({
  rateLimits,
  readDocument,
}: Pick<Deps, 'rateLimits' | 'readDocument'>): GraphileConfig.Plugin {
  return {
    name: 'RateLimitsPlugin',
    version: '1.0.0',
    grafserv: {
      middleware: {
        processGraphQLRequestBody(next, { body, request }) {
          const reading = typeof body.query === 'string' ? readDocument(body.query) : null;
          // What cannot be read is not executed either.
          if (!rateLimits || !reading || reading.refusal) return next();
          const { req, res } = (request?.requestContext.expressv4 ?? {}) as Partial<Exchange>;
          const operations = limitedOperations(
            reading.document,
            typeof body.operationName === 'string' ? body.operationName : null,
            body.variableValues as Record<string, unknown>,
            req ? getRequestSession(req).sessionId : null,
          );
          if (operations.length === 0) return next();
          // Over a websocket there are subscriptions only; if that changes, this shall not be the way around.
          if (!req || !res) throw toSafeError(new CodedError('BAD_REQUEST', 'Send this as a POST request.'));
          return rateLimits.admitOperations(factsOf(req).address, operations).then(next, (error) => {
            setRetryAfter(res, error);
            throw error instanceof CodedError ? toSafeError(error) : error;
          });
        },
      },
    },
  };
}

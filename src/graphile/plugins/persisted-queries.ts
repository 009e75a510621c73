import type { IncomingMessage } from 'node:http';
import { errorBody } from '../../error-body.ts';
import { factsOf } from '../../telemetry/request-facts.ts';
import { CodedError } from '../error-codes.ts';
import { persistedQueryHash } from '../persisted-query-hash.ts';
import { toSafeError } from '../to-safe-error.ts';

/**
 * Answers Apollo's automatic persisted queries: a client that sends only the hash of a query is told, as its protocol wants
 * it and with status 200, that they are not supported, and then sends the query. A hash beside a query is ignored.
 */
export const PersistedQueriesPlugin: GraphileConfig.Plugin = {
  name: 'PersistedQueriesPlugin',
  version: '1.0.0',
  grafserv: {
    middleware: {
      async processRequest(next, { requestDigest }) {
        const result = await next();
        const { req } = requestDigest.requestContext.expressv4 ?? {};
        if (!req || !refused.has(req)) return result;
        factsOf(req).codes = ['PERSISTED_QUERY_NOT_SUPPORTED'];
        return {
          type: 'buffer',
          statusCode: 200,
          headers: { 'content-type': 'application/json; charset=utf-8' },
          buffer: Buffer.from(JSON.stringify(errorBody('PERSISTED_QUERY_NOT_SUPPORTED'))),
        };
      },
      processGraphQLRequestBody(next, { body, request }) {
        if (body.query != null || persistedQueryHash(body.extensions) === undefined) return next();
        const { req } = request?.requestContext.expressv4 ?? {};
        if (req) refused.add(req);
        throw toSafeError(new CodedError('PERSISTED_QUERY_NOT_SUPPORTED', undefined, {}, 400));
      },
    },
  },
};

const refused = new WeakSet<IncomingMessage>();

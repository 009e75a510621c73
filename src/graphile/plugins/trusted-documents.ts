import type { IncomingHttpHeaders } from 'node:http';
import type { Request } from 'express';
import { CodedError } from '../error-codes.ts';
import { persistedQueryHash } from '../persisted-query-hash.ts';
import { toSafeError } from '../to-safe-error.ts';

/** GraphiQL and the account pages of development send it. */
const DEVELOPMENT_PAGE: keyof IncomingHttpHeaders = 'x-development-page';

/**
 * Answers only documents that are known, whose ids clients send instead of them: as `documentId`, or as Apollo's
 * persisted queries do. In development its own pages, GraphiQL among them, may send any.
 */
export function makeTrustedDocumentsPlugin(
  documents: ReadonlyMap<string, string>,
  { isProduction }: { isProduction: boolean },
): GraphileConfig.Plugin {
  return {
    name: 'TrustedDocumentsPlugin',
    version: '1.0.0',
    grafserv: {
      middleware: {
        processGraphQLRequestBody(next, { body, request }) {
          const { req } = (request?.requestContext.expressv4 ?? {}) as { req?: Request };
          if (!isProduction && req?.headers[DEVELOPMENT_PAGE] !== undefined) return next();
          const id = body.documentId ?? persistedQueryHash(body.extensions);
          const document = typeof id === 'string' ? documents.get(id) : undefined;
          if (document === undefined) throw toSafeError(new CodedError('UNTRUSTED_DOCUMENT'));
          body.query = document;
          return next();
        },
      },
    },
  };
}

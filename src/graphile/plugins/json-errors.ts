import type { DocumentNode, GraphQLError } from 'graphql';
import { codeOfStatus, errorBody } from '../../error-body.ts';
import { withCode } from '../mask-error.ts';

type ParseAndValidate = (query: string) => { document: DocumentNode } | { errors: readonly GraphQLError[] };

/**
 * Gives the errors that never reach an execution their code: documents that do not parse or do not fit the schema,
 * and requests that are no GraphQL requests, which grafserv would answer in plain text.
 */
export const JsonErrorsPlugin: GraphileConfig.Plugin = {
  name: 'JsonErrorsPlugin',
  version: '1.0.0',
  grafserv: {
    middleware: {
      async processRequest(next) {
        const result = await next();
        if (result?.type !== 'error') return result;
        const { statusCode } = result;
        const isRefusal = statusCode >= 400 && statusCode < 500;
        // Anything else goes on to the error handler of the app, which masks and logs it.
        if (!isRefusal) return result;
        const buffer = Buffer.from(JSON.stringify(errorBody(codeOfStatus(statusCode))));
        return {
          type: 'buffer',
          statusCode,
          headers: { 'content-type': 'application/json; charset=utf-8' },
          buffer,
        };
      },
      setPreset(next, event) {
        const { getExecutionConfig } = event;
        event.getExecutionConfig = async function (requestContext) {
          const config = await getExecutionConfig.call(this, requestContext);
          return { ...config, parseAndValidate: withCodes(config.parseAndValidate) };
        };
        return next();
      },
    },
  },
};

/** A syntax error has no nodes; every validation error points at the nodes it is about. */
function withCodes(parseAndValidate: ParseAndValidate): ParseAndValidate {
  return (query) => {
    const result = parseAndValidate(query);
    if (!('errors' in result) || result.errors === undefined) return result;
    const errors = result.errors.map((error) =>
      withCode(error, error.nodes === undefined ? 'GRAPHQL_PARSE_FAILED' : 'GRAPHQL_VALIDATION_FAILED'),
    );
    return { errors };
  };
}

import type { GraphQLSchema } from 'graphql';
import type { ReadDocument, Reading } from '../../query-limits/make-read-document.ts';
import { CodedError } from '../error-codes.ts';
import type { ParseAndValidate } from '../parse-and-validate.ts';
import { toSafeError } from '../to-safe-error.ts';

/**
 * Refuses documents that ask for too much, before GraphQL validates and PostGraphile plans them: either could take
 * seconds, whatever the timeouts say.
 */
export function makeQueryLimitsPlugin(readDocument: ReadDocument): GraphileConfig.Plugin {
  /** Kept with the reading, so that grafserv need not look for it by a hash of the text. */
  const validations = new WeakMap<Reading, { schema: GraphQLSchema; result: ReturnType<ParseAndValidate> }>();

  return {
    name: 'QueryLimitsPlugin',
    version: '1.0.0',
    grafserv: {
      middleware: {
        processGraphQLRequestBody(next, { body }) {
          if (typeof body.query !== 'string') return next();
          const reading = readDocument(body.query);
          const refusal = reading.refusal ?? reading.judge(body.variableValues as Record<string, unknown>);
          if (refusal?.extensions.code === 'QUERY_TOO_COMPLEX')
            throw toSafeError(new CodedError('QUERY_TOO_COMPLEX', refusal.message));
          return next();
        },
        // What could not be read is refused here, where an error can say at which place of the document.
        setPreset(next, event) {
          const { getExecutionConfig } = event;
          event.getExecutionConfig = async function (requestContext) {
            const config = await getExecutionConfig.call(this, requestContext);
            const { schema } = config;
            const parseAndValidate: ParseAndValidate = (query) => {
              const reading = readDocument(query);
              if (reading.refusal) return { errors: [reading.refusal] };
              const known = validations.get(reading);
              if (known?.schema === schema) return known.result;
              const result = config.parseAndValidate(query);
              validations.set(reading, { schema, result });
              return result;
            };
            return { ...config, parseAndValidate };
          };
          return next();
        },
      },
    },
  };
}

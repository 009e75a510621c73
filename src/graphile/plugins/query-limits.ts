import type { ReadDocument } from '../../query-limits/make-read-document.ts';
import { CodedError } from '../error-codes.ts';
import { toSafeError } from '../to-safe-error.ts';

/**
 * Refuses documents that ask for too much, before GraphQL validates and PostGraphile plans them: either could take
 * seconds, whatever the timeouts say.
 */
export function makeQueryLimitsPlugin(readDocument: ReadDocument): GraphileConfig.Plugin {
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
            return {
              ...config,
              parseAndValidate(query) {
                const { refusal } = readDocument(query);
                return refusal ? { errors: [refusal] } : config.parseAndValidate(query);
              },
            };
          };
          return next();
        },
      },
    },
  };
}

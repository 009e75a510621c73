import type { ReadDocument, Reading } from '../../query-limits/make-read-document.ts';
import { CodedError } from '../error-codes.ts';
import type { ParseAndValidate } from '../parse-and-validate.ts';
import { toSafeError } from '../to-safe-error.ts';
import { wrapExecution } from '../wrap-execution.ts';

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
          wrapExecution(event, {
            parseAndValidate: (inner) => {
              /** Kept with the reading, so that grafserv need not look for it by a hash of the text. */
              const validations = new WeakMap<Reading, ReturnType<ParseAndValidate>>();
              return (query) => {
                const reading = readDocument(query);
                if (reading.refusal) return { errors: [reading.refusal] };
                const known = validations.get(reading);
                if (known) return known;
                const result = inner(query);
                validations.set(reading, result);
                return result;
              };
            },
          });
          return next();
        },
      },
    },
  };
}

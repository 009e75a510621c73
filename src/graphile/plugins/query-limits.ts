import {
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
} from 'graphql';
import type { ReadDocument, Reading } from '../../query-limits/make-read-document.ts';
import { threadMilliseconds } from '../../telemetry/thread-milliseconds.ts';
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
    schema: {
      hooks: {
        finalize(schema) {
          readDocument.setListFields(listFieldsOf(schema));
          return schema;
        },
      },
    },
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
                const startedAt = threadMilliseconds();
                const result = inner(query);
                if (result.errors) reading.isInvalid = true;
                reading.chargeValidation?.(threadMilliseconds() - startedAt);
                reading.chargeValidation = null;
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

/** The names of fields that are lists of objects: set-returning functions, relations and arrays that are no connections. */
function listFieldsOf(schema: GraphQLSchema): Set<string> {
  const names = new Set<string>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const isList = isListType(getNullableType(field.type));
      if (isList && isCompositeType(getNamedType(field.type))) names.add(field.name);
    }
  }
  return names;
}

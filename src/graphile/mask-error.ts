import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import type { Logger } from '../logger.ts';
import { stackWithoutMessage } from '../stack-without-message.ts';
import { classifyError } from './classify-error.ts';
import { ERROR_CODES, type ErrorCode, isErrorCode } from './error-codes.ts';
import { databaseErrorOf, detailsForLog, errorDetails } from './error-details.ts';
import type { InputFields } from './input-fields.ts';

type Options = {
  logger: Logger;
  /** Hides what PostgreSQL says from clients and from the log. */
  isProduction: boolean;
  inputFields: InputFields;
  /** What the request of an error has sent; undefined where that is not known. Only asked in development. */
  sentWith(error: GraphQLError): readonly string[] | undefined;
};

/**
 * Makes the function through which every error of an execution leaves the server: with a code from the table and a
 * message for the reader, or as `INTERNAL_SERVER_ERROR` with an `errorId` under which the log has the rest.
 */
export function makeMaskError({ logger, isProduction, inputFields, sentWith }: Options) {
  return function maskError(error: GraphQLError): GraphQLError {
    const classified = classifyError(error);
    if (classified.kind === 'graphql')
      return isErrorCode(error.extensions.code as string)
        ? error
        : relay(error, withoutValues(isWrapped(error) ? classified.error : error), {
            code: 'GRAPHQL_VALIDATION_FAILED',
          });

    const databaseError = databaseErrorOf(error.originalError);
    // The text of RG000 is the message already.
    const coded = databaseError?.code === 'RG000' ? undefined : databaseError;
    const cause = classified.kind === 'unexpected' ? classified.cause : coded;
    const development = isProduction || !cause ? undefined : errorDetails(cause);
    const forClient = development ? { development } : {};
    if (classified.kind === 'coded') {
      const { message, extensions } = classified.error;
      if (!databaseError) return relay(error, message, extensions);
      // Only a field that this operation has.
      const { field: _, ...others } = extensions;
      const field = inputFields.fieldOf(error, databaseError);
      return relay(error, message, { ...others, ...(field ? { field } : {}), ...forClient });
    }

    const errorId = randomUUID();
    const sent = development && sentWith(error);
    // The stack names places in the code; the message of an unexpected error could quote a value, and the document
    // could hold a password, so neither is logged in production.
    logger.error(
      {
        errorId,
        path: error.path,
        sqlstate: (classified.cause as { code?: unknown }).code,
        ...(development && sent ? { development: detailsForLog(development, sent) } : {}),
        stack: stackWithoutMessage(classified.cause),
      },
      'unexpected error',
    );
    return relay(error, ERROR_CODES.INTERNAL_SERVER_ERROR.message, {
      code: 'INTERNAL_SERVER_ERROR',
      errorId,
      ...forClient,
    });
  };
}

/** Planning puts an error of GraphQL into one of its own, with a text of its own. */
const isWrapped = ({ originalError }: GraphQLError) =>
  originalError !== undefined && !(originalError instanceof GraphQLError);

/** Gives an error of GraphQL's own (validation, coercion of variables) its code. */
export function withCode(error: GraphQLError, code: ErrorCode): GraphQLError {
  return isErrorCode(error.extensions?.code as string) ? error : relay(error, withoutValues(error), { code });
}

/** GraphQL quotes the value that it did not accept, and all of the variable around it: a password among them. */
function withoutValues({ message }: GraphQLError): string {
  return message
    .replace(
      /^(Variable "\$\w+" got) invalid value .*?( at "[^"]*")?(; (?:(?!; ).)*)$/s,
      '$1 an invalid value$2$3',
    )
    .replace(/( value): .*$/s, '$1.');
}

function relay(error: GraphQLError, message: string, extensions: Record<string, unknown>): GraphQLError {
  const { nodes, source, positions, path } = error;
  return new GraphQLError(message, { nodes, source, positions, path, extensions });
}

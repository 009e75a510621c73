import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { isSafeError } from 'postgraphile/grafast';
import type { Logger } from '../logger.ts';
import { CodedError, ERROR_CODES, type ErrorCode, isErrorCode } from './error-codes.ts';
import { toCodedError } from './to-coded-error.ts';

/**
 * Makes the function through which every error of an execution leaves the server: with a code from the table and a
 * message for the reader, or as `INTERNAL_SERVER_ERROR` with an `errorId` under which the log has the rest.
 */
export function makeMaskError(logger: Logger) {
  return function maskError(error: GraphQLError): GraphQLError {
    const cause = error.originalError ?? (error instanceof GraphQLError ? null : (error as Error));
    if (cause === null || cause instanceof GraphQLError) return withCode(error, 'GRAPHQL_VALIDATION_FAILED');

    const coded = toCodedError(cause) ?? fromSafeError(cause);
    if (coded) return relay(error, coded.message, coded.extensions);

    const errorId = randomUUID();
    // The stack names places in the code; the message of an unexpected error could quote a value, and the document
    // could hold a password, so neither is logged.
    logger.error(
      {
        errorId,
        path: error.path,
        sqlstate: (cause as { code?: unknown }).code,
        stack: stackWithoutMessage(cause),
      },
      'unexpected error',
    );
    return relay(error, ERROR_CODES.INTERNAL_SERVER_ERROR.message, {
      code: 'INTERNAL_SERVER_ERROR',
      errorId,
    });
  };
}

/** Errors by which PostGraphile itself addresses the client. */
function fromSafeError(cause: Error): CodedError | null {
  const extensions = (cause as { extensions?: { code?: string } }).extensions;
  if (isErrorCode(extensions?.code)) return new CodedError(extensions.code, cause.message);
  if (isSafeError(cause)) return new CodedError('INVALID_INPUT', cause.message);
  // The filters have no code for an empty object or a null, only these sentences.
  if (cause.message.endsWith(' are forbidden in filter argument input.'))
    return new CodedError('INVALID_INPUT', cause.message, { field: 'filter' });
  // Its deletions have only this sentence for a row that is not there or that a policy hides.
  if (cause.message.startsWith('No values were deleted in collection')) return new CodedError('NOT_FOUND');
  return null;
}

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

function stackWithoutMessage(error: Error): string {
  const lines = error.stack?.split('\n') ?? [];
  return [error.name, ...lines.filter((line) => /^\s+at /.test(line))].join('\n');
}

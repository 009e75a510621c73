import { GraphQLError } from 'graphql';
import { isSafeError } from 'postgraphile/grafast';
import { CodedError, isErrorCode } from './error-codes.ts';
import { toCodedError } from './to-coded-error.ts';

export type Classified =
  /** It has its code already. */
  | { kind: 'coded'; error: CodedError }
  /** The document or its variables do not fit the schema; or a plugin gave the error of GraphQL a code. */
  | { kind: 'graphql'; error: GraphQLError }
  /** Something that the client did not cause. */
  | { kind: 'unexpected'; cause: Error };

/**
 * Says what an error of an execution is.
 *
 * GraphQL gives a path to the errors of fields, and only to them. So an error of GraphQL without one is about variables,
 * which are coerced before any field is executed; with one, it is about a value that a field has returned.
 */
export function classifyError(error: Error): Classified {
  const cause = causeOf(error);
  if (cause instanceof GraphQLError) {
    const isOfResult = error instanceof GraphQLError && error.path !== undefined;
    if (isOfResult && !isErrorCode(cause.extensions.code as string)) return { kind: 'unexpected', cause };
    return { kind: 'graphql', error: cause };
  }
  const coded = toCodedError(cause) ?? fromSafeError(cause);
  return coded ? { kind: 'coded', error: coded } : { kind: 'unexpected', cause };
}

/** Below the error that names the place. Planning puts what it has caught into an error of its own. */
function causeOf(error: Error): Error {
  const original = (error as GraphQLError).originalError ?? error;
  const { cause } = original;
  const isPlanning = !(original instanceof CodedError) && !(original instanceof GraphQLError);
  return isPlanning && (cause instanceof GraphQLError || cause instanceof CodedError) ? cause : original;
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

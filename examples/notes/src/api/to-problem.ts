import type { CombinedError } from 'urql';
import type { ErrorCode } from '../gql/error-code.ts';
import { ERROR_CODES, isErrorCode, type Remedy } from './error-codes.ts';

/** An error, as a user should meet it. */
export type Problem = {
  code: ErrorCode;
  message: string;
  remedy: Remedy;
  /** The name of the input that is wrong, as in the schema. */
  field: string | undefined;
  /** Seconds until it makes sense to try again. */
  retryAfter: number | undefined;
  /** Under which the server's operators find it. */
  errorId: string | undefined;
};

type Extensions = { code?: unknown; field?: string; retryAfter?: number; errorId?: string };

/** Reads what the client has made of the answer. Without an answer, or with one that is not ours: `UNAVAILABLE`. */
export function toProblem(error: CombinedError): Problem {
  const [first] = error.graphQLErrors;
  const extensions = (first?.extensions ?? {}) as Extensions;
  const code = isErrorCode(extensions.code)
    ? extensions.code
    : first
      ? 'INTERNAL_SERVER_ERROR'
      : 'UNAVAILABLE';
  const { remedy, message } = ERROR_CODES[code];
  return {
    code,
    remedy,
    message: message ?? first?.message ?? '',
    field: extensions.field,
    retryAfter: extensions.retryAfter ?? retryAfterOf(error.response),
    errorId: extensions.errorId,
  };
}

function retryAfterOf(response: Response | undefined): number | undefined {
  const seconds = Number(response?.headers?.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds : undefined;
}

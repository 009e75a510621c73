import { type CodedError, ERROR_CODES, type ErrorCode } from './graphile/error-codes.ts';

const CODE_BY_STATUS: Record<number, ErrorCode> = {
  400: 'BAD_REQUEST',
  404: 'NOT_FOUND',
  405: 'BAD_REQUEST',
  406: 'BAD_REQUEST',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  503: 'UNAVAILABLE',
};

/** The code for a refusal that only has an HTTP status. */
export function codeOfStatus(status: number): ErrorCode {
  return CODE_BY_STATUS[status] ?? (status < 500 ? 'BAD_REQUEST' : 'INTERNAL_SERVER_ERROR');
}

/** A refusal as clients meet it: the same shape as an error of GraphQL's own. */
export function errorBody(error: CodedError | ErrorCode, extra: { errorId?: string } = {}) {
  const { message, extensions } =
    typeof error === 'string' ? { message: ERROR_CODES[error].message, extensions: { code: error } } : error;
  return { errors: [{ message, extensions: { ...extensions, ...extra } }] };
}

import type { ErrorCode } from '../gql/error-code.ts';

/**
 * What a user can do about an error.
 *
 * - `correct`: change what was entered; the server's message says what is wrong with it
 * - `wait`: try again later, when told so after that time
 * - `retry`: try again now
 * - `refresh`: what is on the screen is not what is stored any more
 * - `reload`: this page is older than the server, or broken
 * - `login`: log in
 * - `none`: nothing here
 */
export type Remedy = 'correct' | 'wait' | 'retry' | 'refresh' | 'reload' | 'login' | 'none';

/** `message`: instead of the server's, where that one is meant for developers. */
type Entry = { remedy: Remedy; message?: string };

const OUTDATED = 'This page does not fit the server any more. Reload it.';

/** Every code of the API, in the order of its documentation. A new one does not compile until it is here. */
export const ERROR_CODES: Record<ErrorCode, Entry> = {
  UNAUTHENTICATED: { remedy: 'login', message: 'Your session has ended. Log in again.' },
  INVALID_CREDENTIALS: { remedy: 'correct' },
  TOO_MANY_ATTEMPTS: { remedy: 'wait' },
  WEAK_PASSWORD: { remedy: 'correct' },
  NOT_UNIQUE: { remedy: 'correct' },
  INVALID_INPUT: { remedy: 'correct' },
  INVALID_TOKEN: { remedy: 'none' },
  FORBIDDEN: { remedy: 'none' },
  ACCOUNT_SUSPENDED: { remedy: 'none' },
  LAST_EMAIL: { remedy: 'none' },
  EMAIL_NOT_VERIFIED: { remedy: 'none', message: 'Open the link in the mail that we sent you first.' },
  EBADCSRFTOKEN: {
    remedy: 'reload',
    message: 'This page was not recognised. Reload it; are cookies allowed?',
  },
  REAUTHENTICATION_REQUIRED: { remedy: 'login', message: 'Log in again to do this.' },
  LAST_ADMINISTRATOR: { remedy: 'none' },
  NOT_FOUND: { remedy: 'refresh', message: 'This note is gone. Was it deleted elsewhere?' },
  BAD_REQUEST: { remedy: 'reload', message: OUTDATED },
  PAYLOAD_TOO_LARGE: { remedy: 'correct', message: 'This is too long. Shorten it.' },
  UNSUPPORTED_MEDIA_TYPE: { remedy: 'reload', message: OUTDATED },
  RATE_LIMITED: { remedy: 'wait', message: 'That was a lot at once.' },
  GRAPHQL_PARSE_FAILED: { remedy: 'reload', message: OUTDATED },
  GRAPHQL_VALIDATION_FAILED: { remedy: 'reload', message: OUTDATED },
  QUERY_TOO_COMPLEX: { remedy: 'reload', message: OUTDATED },
  PERSISTED_QUERY_NOT_SUPPORTED: { remedy: 'reload', message: OUTDATED },
  UNTRUSTED_DOCUMENT: { remedy: 'reload', message: OUTDATED },
  TIMEOUT: { remedy: 'refresh', message: 'That took too long. Look first whether it was done.' },
  UNAVAILABLE: { remedy: 'retry', message: 'The service cannot be reached at the moment.' },
  INTERNAL_SERVER_ERROR: { remedy: 'retry', message: 'Something went wrong on our side.' },
};

/** Whether the server's code is one that this page knows; a newer server may have more. */
export const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);

/** How a code is answered: `status` for refusals before execution, `message` where nothing more precise is known. */
type Entry = { status: number; message: string };

/**
 * Every code a client can meet, in one table. docs/errors.md and the GraphQL enum `ErrorCode` say the same; a test
 * holds the three together.
 */
export const ERROR_CODES = {
  UNAUTHENTICATED: { status: 401, message: 'Log in first.' },
  INVALID_CREDENTIALS: { status: 200, message: 'That name and password do not go together.' },
  TOO_MANY_ATTEMPTS: { status: 429, message: 'Too many attempts. Wait before the next.' },
  WEAK_PASSWORD: { status: 200, message: 'Choose a stronger password.' },
  NOT_UNIQUE: { status: 200, message: 'This is taken already.' },
  INVALID_INPUT: { status: 400, message: 'This value is not accepted.' },
  INVALID_TOKEN: { status: 200, message: 'This link has been used, or is too old. Ask for a new one.' },
  FORBIDDEN: { status: 403, message: 'You may not do this.' },
  ACCOUNT_SUSPENDED: { status: 200, message: 'This account is suspended. Ask an administrator.' },
  LAST_EMAIL: { status: 200, message: 'An account keeps at least one e-mail address.' },
  EMAIL_NOT_VERIFIED: { status: 200, message: 'Verify this e-mail address first.' },
  EBADCSRFTOKEN: {
    status: 403,
    message:
      'The CSRF token is missing or wrong. Fetch one from /csrf-token and send it as header x-csrf-token.',
  },
  REAUTHENTICATION_REQUIRED: { status: 200, message: 'Confirm your password with `reauthenticate` first.' },
  LAST_ADMINISTRATOR: { status: 200, message: 'The last administrator has to stay one.' },
  NOT_FOUND: { status: 404, message: 'There is no such thing, or you may not see it.' },
  BAD_REQUEST: { status: 400, message: 'The request is not a GraphQL request in JSON.' },
  PAYLOAD_TOO_LARGE: { status: 413, message: 'The request is larger than 100 kB.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, message: 'Send the request as application/json.' },
  RATE_LIMITED: { status: 429, message: 'Too many requests from your address. Wait before the next.' },
  GRAPHQL_PARSE_FAILED: { status: 400, message: 'The document is not GraphQL.' },
  GRAPHQL_VALIDATION_FAILED: { status: 400, message: 'The document does not fit the schema.' },
  QUERY_TOO_COMPLEX: { status: 400, message: 'The document asks for too much at once.' },
  // The message, too, is what Apollo's clients look for.
  PERSISTED_QUERY_NOT_SUPPORTED: { status: 200, message: 'PersistedQueryNotSupported' },
  UNTRUSTED_DOCUMENT: { status: 400, message: 'This server answers only documents that it knows.' },
  TIMEOUT: { status: 504, message: 'This took too long and was stopped.' },
  UNAVAILABLE: { status: 503, message: 'The service is not available at the moment. Try again.' },
  INTERNAL_SERVER_ERROR: { status: 500, message: 'Something went wrong on our side.' },
} as const satisfies Record<string, Entry>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Whether a text, e.g. the hint of a database error, is one of our codes. */
export function isErrorCode(code: string | undefined | null): code is ErrorCode {
  return code != null && Object.hasOwn(ERROR_CODES, code);
}

/** An error whose code and message are meant for the client. */
export class CodedError extends Error {
  readonly code: ErrorCode;
  readonly statusCode: number;
  readonly extensions: { code: ErrorCode; field?: string; retryAfter?: number };

  constructor(
    code: ErrorCode,
    message: string = ERROR_CODES[code].message,
    extensions: { field?: string; retryAfter?: number } = {},
    statusCode: number = ERROR_CODES[code].status,
  ) {
    super(message);
    this.code = code;
    this.statusCode = statusCode;
    this.extensions = { code, ...extensions };
  }

  /** With the error that it stands for, which only development shows. */
  static from(code: ErrorCode, cause: unknown): CodedError {
    return Object.assign(new CodedError(code), { cause });
  }
}

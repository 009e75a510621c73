import type { CodedError, ErrorCode } from '../graphile/error-codes.ts';

/**
 * How a socket is closed for a code; the reason is the code's name. Numbers from 4000 on are the application's: those of
 * graphql-ws, after which its client does not try again. After the others it does.
 */
const NUMBERS: Partial<Record<ErrorCode, number>> = {
  BAD_REQUEST: 4400,
  UNAUTHENTICATED: 4401,
  FORBIDDEN: 4403,
};
/** "Try again later". */
const TRY_AGAIN = 1013;
/** "Going away": the server stops. */
export const GOING_AWAY = 1001;

/** The number with which a socket is closed for an error. */
export const closeNumberOf = ({ code }: Pick<CodedError, 'code'>): number => NUMBERS[code] ?? TRY_AGAIN;

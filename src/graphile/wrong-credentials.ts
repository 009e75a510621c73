import { CodedError, ERROR_CODES } from './error-codes.ts';

/**
 * What a login with a wrong name or password is answered. For everything that looks like an address it says the same,
 * whether or not an account has or claims it.
 */
export function wrongCredentials(loginName: unknown): CodedError {
  const { message } = ERROR_CODES.INVALID_CREDENTIALS;
  return typeof loginName === 'string' && loginName.includes('@')
    ? new CodedError(
        'INVALID_CREDENTIALS',
        `${message} If your e-mail address is not verified yet, log in with your user name.`,
      )
    : new CodedError('INVALID_CREDENTIALS');
}

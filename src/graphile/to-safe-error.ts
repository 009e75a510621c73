import { SafeError } from 'postgraphile/grafast';
import type { CodedError } from './error-codes.ts';

/** The form in which grafserv takes the refusal of a request that is not executed, with its status. */
export function toSafeError({ message, extensions, statusCode }: CodedError): SafeError {
  return new SafeError(message, { ...extensions, statusCode });
}

import type { ServerResponse } from 'node:http';
import { CodedError } from '../graphile/error-codes.ts';

/** Says in the header, too, for how many seconds a client that was refused has to wait. */
export function setRetryAfter(res: ServerResponse, error: unknown): void {
  const seconds = error instanceof CodedError ? error.extensions.retryAfter : undefined;
  if (seconds !== undefined) res.setHeader('retry-after', String(seconds));
}

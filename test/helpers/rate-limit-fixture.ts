import { expect } from '@jest/globals';
import type { GraphqlAnswer } from './http-client.ts';
import type { useServer } from './server.ts';

/** Small enough to be reached. A test is behind a proxy, so that it can choose its address. */
export const LIMITS = {
  RATE_LIMITS: 'on',
  RATE_LIMIT_REQUESTS: '100000 in 1 minute',
  RATE_LIMIT_LOGINS: '6 in 15 minutes',
  RATE_LIMIT_REFRESHES: '3 in 10 minutes',
  RATE_LIMIT_MAILS: '4 in 1 hour',
  RATE_LIMIT_LOGINS_PER_ACCOUNT: '8 in 1 hour',
  RATE_LIMIT_MAILS_PER_ACCOUNT: '5 in 1 hour',
  TRUST_PROXY: '1',
};

type Server = ReturnType<typeof useServer>;
/** Where the counts are. */
export type Store = {
  /** The settings that make it the store. */
  environment: Record<string, string>;
  /** Under which keys it counts. */
  keys(server: Server): Promise<string[]>;
  breakIt(server: Server): Promise<unknown>;
  mendIt(server: Server): Promise<unknown>;
};

let addresses = 0;
/** An address that nobody has used. */
export function newAddress(): string {
  addresses += 1;
  return `198.18.${addresses >> 8}.${addresses & 255}`;
}
export const from = (address: string) => ({ 'x-forwarded-for': address });

/** Expects that an operation was refused before it was executed, for at most so many seconds. */
export function expectLimited(
  { status, code, data, errors, response }: GraphqlAnswer,
  expected: string,
  atMost: number,
) {
  expect([status, code, data]).toEqual([429, expected, undefined]);
  const { retryAfter } = errors![0]!.extensions;
  expect(retryAfter).toBeGreaterThan(atMost - 60);
  expect(retryAfter).toBeLessThanOrEqual(atMost);
  expect(response.headers['retry-after']).toBe(String(retryAfter));
  expect(errors![0]!.extensions).toEqual({ code, retryAfter });
}

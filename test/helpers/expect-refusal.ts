import { expect } from '@jest/globals';
import type { Response } from 'supertest';
import { isErrorCode } from '../../src/graphile/error-codes.ts';

const INTERNALS =
  /\bat .*:\d+:\d+|node_modules|\/src\/|[Gg]rafserv|[Ee]xpress|[Pp]ostgres|SELECT|INSERT|statusCode/;

/** Expects a refusal before execution: JSON with a code of the table, and nothing about the inside of the server. */
export function expectRefusal(
  { status, headers, body, text }: Response,
  expected: number,
  code: string,
  field?: string,
): void {
  const extensions = { code, ...(field ? { field } : {}) };
  expect({ status, ...body.errors?.[0]?.extensions }).toEqual({ status: expected, ...extensions });
  expect(isErrorCode(code)).toBe(true);
  expect(body.errors[0].message).toMatch(/.{7,}/);
  expect(headers['content-type']).toMatch(/^application\/(graphql-response\+)?json/);
  expect(body).not.toHaveProperty('data');
  expect(text).not.toMatch(INTERNALS);
}

import { expect } from '@jest/globals';
import type pg from 'pg';

/** Expects a refusal for want of a grant, or by a policy's `with check`. */
export async function expectDenied(statement: Promise<unknown>): Promise<void> {
  await expect(statement).rejects.toMatchObject({ code: '42501' });
}

/** Expects a statement that is allowed and finds no row, because a policy hides it: not to read, not to write. */
export async function expectInvisible(statement: Promise<pg.QueryResult>): Promise<void> {
  await expect(statement).resolves.toMatchObject({ rowCount: 0 });
}

/** Expects a refusal by the constraint of this name. */
export async function expectViolation(statement: Promise<unknown>, constraint: string): Promise<void> {
  await expect(statement).rejects.toMatchObject({ code: expect.stringMatching(/^23/), constraint });
}

/** Expects an error that our own SQL raises for clients. */
export async function expectCode(statement: Promise<unknown>, code: string): Promise<void> {
  await expect(statement).rejects.toMatchObject({ code: 'RG000', hint: code });
}

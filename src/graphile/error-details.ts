import pg from 'pg';
import { hideValues } from './hide-values.ts';

/** What an error says to the author of the schema, in development. */
export type ErrorDetails = {
  message: string;
  sqlstate?: string;
  /** The function and the line, and what called it. */
  where?: string;
  hint?: string;
  /** May hold values of the row. */
  detail?: string;
  /** What to do. */
  advice?: string;
};

const ADVICE: Record<string, string> = {
  '42P17':
    'A policy reads its own table, directly or through the policies of other tables; move that query into a `security definer` function and let the policy call it.',
  '54001':
    'Functions, triggers or policies call each other without end; where a policy’s function reads the policy’s own table, make it `security definer`.',
  '42501':
    'A grant is missing, or no policy lets this role write the row: `npm run policies -- explain --as USER "STATEMENT"` says which.',
  RG000: 'The hint has to be one of the codes in docs/errors.md.',
  P0001: 'To send a message to the client, raise it with errcode RG000 and a code as hint: docs/errors.md.',
};

/** What PostgreSQL or, of another error, its author says. */
export function errorDetails(error: Error): ErrorDetails {
  if (!(error instanceof pg.DatabaseError)) return { message: error.message };
  const { message, code: sqlstate, where, hint, detail } = error;
  const advice = sqlstate && ADVICE[sqlstate];
  return {
    message,
    ...(sqlstate ? { sqlstate } : {}),
    ...(where ? { where } : {}),
    ...(hint ? { hint } : {}),
    ...(detail ? { detail } : {}),
    ...(advice ? { advice } : {}),
  };
}

/** The error of PostgreSQL that an error is or was translated from. */
export function databaseErrorOf(error: unknown): pg.DatabaseError | undefined {
  if (error instanceof pg.DatabaseError) return error;
  return error instanceof Error && error.cause instanceof pg.DatabaseError ? error.cause : undefined;
}

/**
 * The same for the log: without the detail, which may hold a row; without the value that a scalar does not accept; and
 * without any value that the client has sent, or a part of one. A function may put a password into its message.
 */
export function detailsForLog(
  { detail: _, ...details }: ErrorDetails,
  sent: readonly string[],
): Record<string, string> {
  const hide = (text: string) => hideValues(text.replace(/( value): .*$/s, '$1.'), sent);
  return Object.fromEntries(
    Object.entries(details).map(([key, text]) => [key, key === 'advice' ? text : hide(text)]),
  );
}

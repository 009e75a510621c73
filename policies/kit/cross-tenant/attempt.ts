import pg from 'pg';
import type { Actor } from '../actor.ts';

export type Outcome = {
  /**
   * `refused`: an error for want of a right. `hidden`: allowed, and the other's row was as if it were not there.
   * `broken`: the other's row was reached. `unjudged`: another error, which tells nothing about the policies.
   */
  result: 'refused' | 'hidden' | 'broken' | 'unjudged';
  /** What was reached, or why nothing is known. */
  detail?: string;
};

const INSUFFICIENT_PRIVILEGE = '42501';
const WORST_FIRST = ['broken', 'unjudged', 'hidden', 'refused'] as const;

/**
 * Lets somebody try a statement.
 *
 * @param succeeded says, after a statement without an error, what it has done to the other; null for nothing
 * @param failed says what another error than a refusal means: for most it means that nothing is known
 */
export async function attempt(
  actor: Actor,
  { text, values = [] }: { text: string; values?: unknown[] },
  succeeded: (rowCount: number) => Promise<string | null>,
  failed: (error: pg.DatabaseError) => Outcome = ({ message }) => ({ result: 'unjudged', detail: message }),
): Promise<Outcome> {
  let rowCount: number;
  try {
    rowCount = (await actor.query(text, values)).rowCount ?? 0;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    return error.code === INSUFFICIENT_PRIVILEGE ? { result: 'refused' } : failed(error);
  }
  const broken = await succeeded(rowCount);
  return broken === null ? { result: 'hidden' } : { result: 'broken', detail: broken };
}

/** What matters most of several outcomes. */
export function worst(outcomes: Outcome[]): Outcome {
  const ranked = WORST_FIRST.map((result) => outcomes.find((outcome) => outcome.result === result));
  return ranked.find((outcome) => outcome !== undefined) as Outcome;
}

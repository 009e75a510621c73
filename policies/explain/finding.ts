import type { Command } from '../catalogue/types.ts';

/** One part of a policy's clause, evaluated on a row as the user. */
export type Condition = {
  /** As a person would write it. */
  text: string;
  /** Null where it is unknown, which counts as no. */
  result: boolean | null;
  /** For a comparison: what its two sides are. */
  sides: [string | null, string | null] | null;
  /** What PostgreSQL said instead of a result. */
  error: string | null;
};

/** A clause that said no. */
export type Refusal = {
  policy: string;
  isPermissive: boolean;
  clause: 'using' | 'with check';
  /** The whole clause, part by part. */
  conditions: Condition[];
};

export type Finding =
  | { kind: 'session'; message: string }
  | { kind: 'schema usage'; schema: string; mend: string }
  | { kind: 'table grant'; table: string; command: Command; mend: string }
  | { kind: 'column grant'; table: string; command: Command; columns: string[]; mend: string }
  | { kind: 'function grant'; function: string; mend: string }
  | { kind: 'sequence grant'; sequence: string; mend: string }
  /** Row-level security is on, and no policy of the command is for the role. */
  | {
      kind: 'no policy';
      table: string;
      command: Command;
      rows: number;
      isBroad: boolean;
      /** Policies of the command that are for others: `select_own is for webuser`. */
      forOthers: { policy: string; roles: string[] }[];
    }
  | {
      kind: 'policy';
      table: string;
      command: Command;
      clause: 'using' | 'with check';
      /** A row that was refused, by column. */
      row: Record<string, string | null>;
      /** How many rows were refused, of how many. */
      refused: number;
      of: number;
      /** The statement joins the table, and names no condition on it alone: these are all of its rows. */
      isBroad: boolean;
      /** Every clause that would have let the row pass, or that forbade it. */
      refusals: Refusal[];
    }
  /** It fails whoever asks. */
  | { kind: 'error'; message: string };

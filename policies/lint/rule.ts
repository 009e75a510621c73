import type { Catalogue } from '../catalogue/types.ts';
import type { Act } from '../migrations/read-acts.ts';

/** error: somebody may get at what they should not. warning: it is slow, or a trap. note: a convention. */
export type Severity = 'error' | 'warning' | 'note';

/** A place in a migration file; offsets and lines as in the file, lines from 1. */
export type Place = { file: string; line: number; start: number; end: number };

/** A change of a migration file: what stands between the offsets gives way to the text. */
export type Edit = { file: string; start: number; end: number; text: string };

/** What a rule found wrong with one object. */
export type Found = {
  /** The label that the catalogue gives the object: `policy select_own on app_public.documents`. */
  object: string;
  /** What is wrong with this object, in a sentence. */
  message: string;
  /** SQL that mends it; null where only a person can say what it should be. */
  mend: string | null;
  /** Where it stands in the migrations, for rules that read them. */
  place?: Place;
  /** How to mend it in the migrations, for rules that read them. */
  edits?: Edit[];
};

export type LintContext = {
  /** The role of requests without a session; null if there is none. */
  anonymousRole: string | null;
  /** What the migrations do, in their order. */
  acts: Act[];
};

export type Rule = {
  id: string;
  severity: Severity;
  /** What the rule asks for. */
  title: string;
  /** Why it matters. */
  why: string;
  find(catalogue: Catalogue, context: LintContext): Found[];
};

export type Finding = Found & Omit<Rule, 'find' | 'id'> & { rule: string };

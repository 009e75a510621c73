import type { Catalogue, Relation, Routine } from '../catalogue/types.ts';

export type Operator =
  | 'drop policy'
  | 'using true'
  | 'check true'
  | 'remove conjunct'
  | 'drop check'
  | 'policy to public'
  | 'disable rls'
  | 'widen columns'
  | 'grant command'
  | 'grant execute'
  | 'grant usage';

/** One rule of access, broken. */
export type Mutant = {
  /** The same in every run: what is changed and how. */
  id: string;
  operator: Operator;
  /** What is changed, as a person calls it: `policy select_own on app_public.notes`. */
  object: string;
  /** Breaks it, in a database of its own. */
  sql: string;
  /** What kind of test would notice. */
  wouldKill: string;
  /** The name of the relation, routine or schema whose access it changes, as in the catalogue. */
  target: string;
  /** What is then so, for a table or a function; a schema's are told by `catalogue`. */
  after: { relation: Relation } | { routine: Routine } | { catalogue: Catalogue };
};

/** Makes the mutants of one kind. The catalogue's roles are those whose access counts: a request's, and its login's. */
export type MakeMutants = (catalogue: Catalogue) => Mutant[];

/** `app_public.users` is `users`, and a function goes without its arguments. */
export const ownNameOf = (name: string): string =>
  name.replace(/\(.*$/s, '').split('.').at(-1)!.replaceAll('"', '').toLowerCase();

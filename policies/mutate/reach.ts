import type { ClientBase } from 'pg';
import { escapesPolicies } from '../catalogue/rights.ts';
import type { Catalogue, Routine } from '../catalogue/types.ts';
import type { Mutant } from './mutant.ts';

/** Words by which a statement looks at rights themselves, and so at all of a kind. */
const LOOKS_AT_TABLES = [
  'has_table_privilege',
  'has_column_privilege',
  'has_any_column_privilege',
  'relacl',
  'attacl',
  'pg_policy',
  'pg_policies',
  'relrowsecurity',
  'row_security_active',
  'table_privileges',
  'column_privileges',
  'role_table_grants',
  'role_column_grants',
  'aclexplode',
];
const LOOKS_AT_ROUTINES = [
  'has_function_privilege',
  'proacl',
  'routine_privileges',
  'role_routine_grants',
  'aclexplode',
];
const LOOKS_AT_SCHEMAS = ['has_schema_privilege', 'nspacl'];

/** Which objects a statement gets at with the rights of the one who sends it, judged by the names in it. */
export class Reach {
  readonly #catalogue: Catalogue;
  /** From an object's own name to the names that its use brings into play. */
  readonly #next = new Map<string, Set<string>>();

  /** @param client reads the definitions of views, which the catalogue does not hold */
  static async read(client: ClientBase, catalogue: Catalogue): Promise<Reach> {
    const views = catalogue.relations.filter(({ kind }) => kind === 'view');
    const { rows } = await client.query<{ oid: number; definition: string }>(
      'select oid::integer, pg_get_viewdef(oid) as definition from unnest($1::oid[]) as views (oid)',
      [views.map(({ oid }) => oid)],
    );
    return new Reach(catalogue, new Map(rows.map(({ oid, definition }) => [oid, definition])));
  }

  constructor(catalogue: Catalogue, viewDefinitions: Map<number, string> = new Map()) {
    this.#catalogue = catalogue;
    for (const relation of catalogue.relations) {
      const { ownName, policies, columns, triggers, oid } = relation;
      const texts = [
        ...policies.flatMap(({ using, check }) => [using?.text, check?.text]),
        ...columns.map((column) => column.default),
        ...triggers.map((trigger) => trigger.function),
        viewDefinitions.get(oid),
      ];
      this.#add(ownName, texts);
    }
    for (const routine of catalogue.routines)
      if (!this.#hidesWhatItDoes(routine)) this.#add(routine.ownName, [routine.body]);
  }

  /** All names worth looking for in a statement. */
  get names(): string[] {
    const { relations, routines } = this.#catalogue;
    const own = [...relations, ...routines].map(({ ownName }) => ownName.toLowerCase());
    return [...new Set([...own, ...LOOKS_AT_TABLES, ...LOOKS_AT_ROUTINES, ...LOOKS_AT_SCHEMAS])];
  }

  /** Whether statements with these names can tell the mutant from what it was made of. */
  touches(names: string[], { target, after }: Mutant): boolean {
    const reached = this.#from(names);
    const looks = (words: string[]) => words.some((word) => reached.has(word));
    if ('relation' in after)
      return looks(LOOKS_AT_TABLES) || reached.has(after.relation.ownName.toLowerCase());
    if ('routine' in after)
      return looks(LOOKS_AT_ROUTINES) || reached.has(after.routine.ownName.toLowerCase());
    const { relations, routines } = this.#catalogue;
    return (
      looks(LOOKS_AT_SCHEMAS) ||
      [...relations, ...routines].some(
        ({ schema, ownName }) => schema === target && reached.has(ownName.toLowerCase()),
      )
    );
  }

  /** Whether the use of an object brings another into play, or is of it. */
  dependsOn(ownName: string, others: Set<string>): boolean {
    return [...this.#from([ownName.toLowerCase()])].some((name) => others.has(name));
  }

  #from(names: string[]): Set<string> {
    const reached = new Set(names);
    for (const name of reached) for (const next of this.#next.get(name) ?? []) reached.add(next);
    return reached;
  }

  #add(name: string, texts: (string | null | undefined)[]): void {
    const words = texts.flatMap((text) => text?.toLowerCase().match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []);
    const known = this.#next.get(name.toLowerCase()) ?? new Set();
    this.#next.set(name.toLowerCase(), new Set([...known, ...words]));
  }

  /** A definer works with its owner's rights: where no policy holds for the owner, none is tested. */
  #hidesWhatItDoes({ isDefiner, owner }: Routine): boolean {
    const { relations } = this.#catalogue;
    return isDefiner && relations.every((relation) => escapesPolicies(this.#catalogue, relation, owner));
  }
}

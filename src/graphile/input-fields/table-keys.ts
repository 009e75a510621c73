import type { Introspection, PgAttribute } from 'pg-introspection';

/** What is known of a table, by `schema.name`. */
export type TableKeys = {
  isView: boolean;
  columns: ReadonlySet<string>;
  /** The columns of each constraint and each index, those within expressions too. */
  keys: ReadonlyMap<string, readonly string[]>;
  /** What it is a partition of, or inherits from. */
  parent: string | undefined;
};

/** Reads which columns the constraints of all tables are about. */
export function readTableKeys({ classes, inherits }: Introspection): Map<string, TableKeys> {
  const nameOf = (one: Introspection['classes'][number]) => `${one.getNamespace()?.nspname}.${one.relname}`;
  const nameById = new Map(classes.map((one) => [one._id, nameOf(one)]));
  const parents = new Map(inherits.map(({ inhrelid, inhparent }) => [inhrelid, nameById.get(inhparent)]));
  const tables = new Map<string, TableKeys>();
  for (const one of classes) {
    if (!'rpvfm'.includes(one.relkind)) continue;
    const attributes = one.getAttributes().filter(({ attnum }) => attnum > 0);
    const names = (numbers: readonly number[] | null) =>
      (numbers ?? []).flatMap((number) => nameAt(attributes, number) ?? []);
    const keys = new Map<string, string[]>();
    for (const { conname, conkey } of one.getConstraints()) keys.set(conname, names(conkey));
    // After the constraints: of an exclusion constraint, only its index knows the columns within expressions.
    for (const { indexrelid, indkey, indnkeyatts, indexprs } of one.getIndexes()) {
      const index = nameById.get(indexrelid);
      if (index)
        keys.set(
          index.slice(index.indexOf('.') + 1),
          names([...indkey.slice(0, indnkeyatts ?? undefined), ...columnsWithin(indexprs)]),
        );
    }
    const columns = new Set(attributes.map(({ attname }) => attname));
    tables.set(nameOf(one), { isView: one.relkind === 'v', columns, keys, parent: parents.get(one._id) });
  }
  return tables;
}

/** The numbers of the columns in an expression, as PostgreSQL stores it. */
const columnsWithin = (expressions: string | null) =>
  [...(expressions ?? '').matchAll(/:varattno (\d+)/g)].map(([, number]) => Number(number));

const nameAt = (attributes: PgAttribute[], number: number) =>
  attributes.find(({ attnum }) => attnum === number)?.attname;

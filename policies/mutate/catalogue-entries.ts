import type { Catalogue } from '../catalogue/types.ts';

/** What a catalogue says of each object, without the numbers that differ from one database to the next. */
export function catalogueEntries({ relations, routines, schemas }: Catalogue): Map<string, string> {
  const numbered = new Set(['oid', 'relation', 'tree']);
  const withoutOids = (key: string, value: unknown) => (numbered.has(key) ? undefined : value);
  return new Map(
    [...relations, ...routines, ...schemas].map((object) => [
      object.name,
      JSON.stringify(object, withoutOids),
    ]),
  );
}

import type { ApiObjects, ApiTable, ApiType, Inflectors, Rename } from './model.ts';
import { derivedTypes, mutationTypes, RESERVED_CODECS, RESERVED_TYPES } from './reserved-names.ts';
import { spelledOut, TakenNames } from './taken-names.ts';

/** What the types and fields of a table are called after: its name or its `@name`, in the singular. */
export const singular = (name: string, inflectors: Inflectors): string =>
  inflectors.withoutTypeSuffix(inflectors.singularize(inflectors.coerceToGraphQLName(name)));

type Candidate = {
  object: ApiTable | ApiType;
  type: string;
  suffix: 'record' | 'type';
  typeOf(name: string): string;
};

/**
 * Finds the tables and types whose GraphQL type cannot have their name. Tables come before types, and tables with a
 * usual name (`colors`) before others (`color`), so that the names do not depend on which was created first.
 */
export function renameTypes(objects: ApiObjects, inflectors: Inflectors): Rename[] {
  const candidates = candidatesOf(objects, inflectors);
  const derivedFrom = ownersOf(candidates, derivedTypes);
  const mutatedFrom = ownersOf(candidates, mutationTypes);
  const taken = new TakenNames(RESERVED_TYPES);

  return candidates.flatMap(({ object, type, typeOf, suffix }): Rename[] => {
    const isOfOther = (owners: ReadonlyMap<string, object[]>, name: string) =>
      owners.get(name)?.some((owner) => owner !== object);
    const isFree = (name: string, wish: string) =>
      taken.isFree(wish) &&
      !isOfOther(derivedFrom, wish) &&
      ![wish, ...derivedTypes(wish)].some((one) => isOfOther(mutatedFrom, one)) &&
      !RESERVED_CODECS.has(inflectors.camelCase(name));
    // What a team has chosen is the team's; a clash of it is reported when the schema is built.
    if (object.tags.name !== undefined || isFree(object.name, type)) {
      taken.take(type);
      return [];
    }
    const base = suffix === 'record' ? singular(object.name, inflectors) : object.name;
    const stem = /[A-Za-z0-9]/.test(type) ? base : spelledOut(object.name);
    let value = '';
    for (let number = 1; value === '' || !isFree(value, typeOf(value)); number++)
      value = `${stem}_${suffix}${number === 1 ? '' : `_${number}`}`;
    taken.take(typeOf(value));
    return [{ object, from: type, to: typeOf(value), tag: { name: 'name', value } }];
  });
}

/** Every type that the tables and types of a schema make, as they are named. */
export function typesOf(objects: ApiObjects, inflectors: Inflectors): string[] {
  return candidatesOf(objects, inflectors).flatMap(({ type }) => [type, ...derivedTypes(type)]);
}

function candidatesOf({ tables, types }: ApiObjects, inflectors: Inflectors): Candidate[] {
  const isUsual = ({ name }: ApiTable) =>
    /^[a-z]/.test(name) && inflectors.pluralize(inflectors.singularize(name)) === name;
  const rowType = (name: string) => bare(inflectors.upperCamelCase(singular(name, inflectors)));
  const scalarType = (name: string) => bare(inflectors.upperCamelCase(inflectors.coerceToGraphQLName(name)));
  const candidate = (object: ApiTable | ApiType, suffix: Candidate['suffix']): Candidate => {
    const typeOf = suffix === 'record' ? rowType : scalarType;
    return { object, type: typeOf(object.tags.name ?? object.name), suffix, typeOf };
  };
  return [
    ...tables
      .toSorted((one, other) => Number(isUsual(other)) - Number(isUsual(one)) || byName(one, other))
      .map((table) => candidate(table, 'record')),
    ...types.toSorted(byName).map((type) => candidate(type, 'type')),
  ];
}

/** Without underscores in front, which are lost in the names of mutations: of `_users` and `users` one alone can have them. */
const bare = (type: string) => type.replace(/^_+(?=[A-Za-z])/, '');

const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);

function ownersOf(candidates: Candidate[], derive: (type: string) => string[]): Map<string, object[]> {
  const owners = new Map<string, object[]>();
  for (const { object, type } of candidates)
    for (const name of derive(type)) owners.set(name, [...(owners.get(name) ?? []), object]);
  return owners;
}

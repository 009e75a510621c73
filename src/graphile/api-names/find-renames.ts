import { nameEnumValues } from './enum-value-names.ts';
import type { ApiObjects, ApiType, Inflectors, Rename } from './model.ts';
import { renameFields } from './name-fields.ts';
import { renameFunctions } from './name-functions.ts';
import { renameTypes, typesOf } from './name-types.ts';

/**
 * Finds the objects of a schema whose names the API cannot use, because GraphQL or another object has them, and a name for
 * each. The same objects get the same names in every database; an object with an `@name` of its own is left alone.
 */
export function findRenames(objects: ApiObjects, inflectors: Inflectors): Rename[] {
  const ofTypes = renameTypes(objects, inflectors);
  const tags = new Map(ofTypes.map(({ object, tag }) => [object, tag.value]));
  const renamed = <T extends ApiObjects['tables'][number] | ApiType>(object: T): T => {
    const name = tags.get(object);
    return name === undefined ? object : { ...object, tags: { ...object.tags, name } };
  };
  const named = { ...objects, tables: objects.tables.map(renamed), types: objects.types.map(renamed) };
  return [
    ...ofTypes,
    ...objects.tables.flatMap((table) => renameFields(table, objects.functions, inflectors)),
    ...renameFunctions(named, typesOf(named, inflectors), inflectors),
  ];
}

/** What happened to an object, and how a team chooses another name. */
export function describeRename({ object, from, to, tag }: Rename): string {
  const problem =
    from === ''
      ? 'has no name that GraphQL allows'
      : `cannot be called ${from} in the API: the name is taken or not allowed`;
  return `${object.label} ${problem}. It is ${to}. To choose another name, comment on it: @${tag.name} ${tag.value}`;
}

/** An enum with labels that are no values of GraphQL. */
export type RenamedLabels = { type: ApiType; values: ReadonlyMap<string, string> };

/** Finds the labels that have another value in the API. */
export function findRenamedLabels(
  { types }: ApiObjects,
  inflect?: (label: string) => string,
): RenamedLabels[] {
  return types.flatMap((type) => {
    const values = [...nameEnumValues(type.enumLabels ?? [], inflect)];
    const renamed = values.filter(([label, value]) => label !== value);
    return renamed.length === 0 ? [] : [{ type, values: new Map(renamed) }];
  });
}

export function describeRenamedLabels({ type, values }: RenamedLabels): string {
  const pairs = [...values].map(([label, value]) => `'${label}' is ${value}`);
  return `${type.label} has labels that GraphQL does not allow. In the API, ${pairs.join(', ')}.`;
}

import type { ApiFunction, ApiObjects, ApiTable, Inflectors, Rename } from './model.ts';
import { singular } from './name-types.ts';
import { FUNCTION_SUFFIXES, RESERVED_ROOT_FIELDS } from './reserved-names.ts';
import { TakenNames } from './taken-names.ts';

/**
 * Finds the functions whose field of `Query` or `Mutation` would be one of a table or one that the API has anyway, or whose
 * types would be.
 *
 * @param objects with the names that the tables and types have by now
 * @param types of the tables and types
 */
export function renameFunctions(objects: ApiObjects, types: string[], inflectors: Inflectors): Rename[] {
  const { tables, functions } = objects;
  const { camelCase, upperCamelCase } = inflectors;
  const fields = rootFields(tables, inflectors);
  const typeNames = new Set(types);
  // PostGraphile keeps tables and functions in one list, by their names.
  const resources = new Set(tables.map(nameOf));

  return functions
    .filter(isAtRoot(tables))
    .filter(isOnlyOne(functions))
    .flatMap((object): Rename[] => {
      const taken = object.isMutation ? fields.mutations : fields.queries;
      const suffixes = FUNCTION_SUFFIXES[object.isMutation ? 'mutation' : 'query'];
      const isFree = (name: string) =>
        taken.isFree(camelCase(name)) &&
        !resources.has(name) &&
        !suffixes.some((suffix) => typeNames.has(upperCamelCase(name) + suffix));
      if (object.tags.name !== undefined || isFree(object.name)) {
        taken.take(camelCase(nameOf(object)));
        return [];
      }
      let value = '';
      for (let number = 1; value === '' || !isFree(value); number++)
        value = `${inflectors.coerceToGraphQLName(object.name)}_function${number === 1 ? '' : `_${number}`}`;
      taken.take(camelCase(value));
      return [{ object, from: camelCase(object.name), to: camelCase(value), tag: { name: 'name', value } }];
    });
}

const nameOf = ({ name, tags }: ApiTable | ApiFunction) => tags.name ?? name;

/** Not those that are a field of a row. */
const isAtRoot = (tables: ApiTable[]) => (object: ApiFunction) =>
  object.isMutation || !tables.some(({ name }) => name === object.ofTable);

/** PostGraphile leaves the others out. */
const isOnlyOne = (functions: ApiFunction[]) => {
  const byName = Map.groupBy(functions, ({ name }) => name);
  return ({ name }: ApiFunction) => byName.get(name)?.length === 1;
};

function rootFields(tables: ApiTable[], inflectors: Inflectors) {
  const queries = new TakenNames(RESERVED_ROOT_FIELDS);
  const mutations = new TakenNames(RESERVED_ROOT_FIELDS);
  const { camelCase } = inflectors;
  for (const table of tables) {
    const one = singular(nameOf(table), inflectors);
    const byKeys = ['', '-by-id', ...table.uniqueKeys.map((columns) => `-by-${columns.join('-and-')}`)];
    if (table.commands.has('select'))
      for (const field of [inflectors.pluralize(one), ...byKeys.map((key) => one + key)])
        queries.take(camelCase(field));
    if (table.commands.has('insert')) mutations.take(camelCase(`create-${one}`));
    for (const command of ['update', 'delete'] as const)
      if (table.commands.has(command))
        for (const key of byKeys) mutations.take(camelCase(`${command}-${one}${key}`));
  }
  return { queries, mutations };
}

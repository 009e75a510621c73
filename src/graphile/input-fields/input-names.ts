import { type GraphQLField, getNamedType, isInputObjectType } from 'graphql';

/** The name of every input of a field, those within input objects too. */
export function inputNames(field: GraphQLField<unknown, unknown>): Set<string> {
  const names = new Set<string>();
  const visited = new Set<unknown>();
  const add = (inputs: readonly { name: string; type: unknown }[]): void => {
    for (const { name, type } of inputs) {
      names.add(name);
      const named = getNamedType(type as never);
      if (!isInputObjectType(named) || visited.has(named)) continue;
      visited.add(named);
      add(Object.values(named.getFields()));
    }
  };
  add(field.args);
  return names;
}

import { type OperationDefinitionNode, valueFromASTUntyped } from 'graphql';

export type Variables = Record<string, unknown> | null | undefined;

/** The default of each variable of an operation that has one. */
export function variableDefaults(operation: OperationDefinitionNode): Record<string, unknown> {
  // Without a prototype: a variable may be called `constructor`, or `__proto__`.
  const defaults: Record<string, unknown> = Object.create(null);
  for (const { variable, defaultValue } of operation.variableDefinitions ?? [])
    if (defaultValue) defaults[variable.name.value] = valueFromASTUntyped(defaultValue);
  return defaults;
}

/** What variables stand for, as GraphQL has it: the default holds where no value is given, and `null` is a value. */
export function variableValues(defaults: Record<string, unknown>, given: Variables): Record<string, unknown> {
  const values: Record<string, unknown> = Object.assign(Object.create(null), defaults);
  for (const [name, value] of Object.entries(given ?? {})) if (value !== undefined) values[name] = value;
  return values;
}

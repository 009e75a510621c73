import type { ApiFunction, ApiObjects, Inflectors } from './model.ts';

/** A function, or an argument of it, that the API cannot show under any name. */
export type Hidden = { object: ApiFunction; message: string };

/** Finds functions that have one name, and arguments that the API would call alike or not at all. */
export function findHidden({ functions }: ApiObjects, inflectors: Inflectors): Hidden[] {
  const byName = Map.groupBy(functions, ({ name }) => name);
  const overloads = [...byName.values()].filter((all) => all.length > 1);
  const argumentField = (name: string) => inflectors.coerceToGraphQLName(inflectors.camelCase(name));
  return [
    ...overloads.flatMap((all) =>
      all.map((object) => ({
        object,
        message: `${object.label} shares its name with another function, so the API shows neither. Rename one of them.`,
      })),
    ),
    ...functions.flatMap((object) => {
      const fields = object.argumentNames.filter(Boolean).map(argumentField);
      const wrong = fields.find((field, index) => field === '' || fields.indexOf(field) !== index);
      if (wrong === undefined) return [];
      const problem =
        wrong === '' ? 'without a name that GraphQL allows' : `that are both ${wrong} in the API`;
      return [{ object, message: `${object.label} has arguments ${problem}. Rename them.` }];
    }),
  ];
}

import type { DocumentSize } from './measure-document.ts';
import type { QueryLimits } from './query-limits.ts';

/**
 * Fields within fields below `__schema` and `__type`: GraphQL's own introspection query, with which tools such as
 * GraphiQL begin, has 14. In production introspection is refused altogether.
 */
const INTROSPECTION_DEPTH = 16;

/**
 * Lists and objects within each other, in arguments and in variables: far more than any form has. GraphQL takes variables
 * apart by functions that call themselves, and runs out of stack at about 800.
 */
export const VALUE_DEPTH = 100;

/** Says by how much a document exceeds which limit; null if it exceeds none. */
export function findExcess(
  size: Omit<DocumentSize, 'pageVariables' | 'variables'>,
  limits: QueryLimits,
): string | null {
  const say = (what: string, asked: number, most: number) =>
    asked > most ? `${what}: this asks for ${asked}, and at most ${most} are answered.` : null;
  return (
    say('Fields within fields', size.depth, limits.depth) ??
    say('Fields within fields of the introspection', size.introspectionDepth, INTROSPECTION_DEPTH) ??
    say('Fields and entries of values, with fragments expanded', size.fields, limits.fields) ??
    say('Aliases, with fragments expanded', size.aliases, limits.aliases) ??
    say('Directives, with fragments expanded', size.directives, limits.directives) ??
    say('Values within values', size.valueDepth, VALUE_DEPTH) ??
    say('Rows of a page', size.pageSize, limits.pageSize) ??
    say('Rows of all pages', size.rows, limits.rows) ??
    say('Values of all rows', size.values, limits.values)
  );
}

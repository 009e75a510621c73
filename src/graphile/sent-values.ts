import { type DocumentNode, Kind, visit } from 'graphql';
import { SHORTEST_HIDDEN } from './hide-values.ts';

/** Every string and number that a request sends, in its document or its variables, but those too short to be hidden. */
export function sentValues(document: DocumentNode, variables: unknown): string[] {
  const values = new Set<string>();
  const add = (value: unknown): void => {
    if (typeof value === 'string' || typeof value === 'number')
      for (const form of forms(String(value))) values.add(form);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(add);
  };
  add(variables);
  visit(document, {
    enter(node) {
      if (node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT) add(node.value);
    },
  });
  return [...values].filter((value) => value.length >= SHORTEST_HIDDEN);
}

/** As PostgreSQL may quote it: as it is, within JSON, within SQL. */
const forms = (value: string) => [
  value,
  value.trim(),
  JSON.stringify(value).slice(1, -1),
  value.replaceAll('\\', '\\\\').replaceAll("'", "''"),
];

import { booleanParts } from '../sql/boolean-parts.ts';
import { shortExpression } from '../sql/expression-text.ts';
import { quoteName } from '../sql/quote-name.ts';
import { comparedColumns } from './policy-calls.ts';
import { policyBinds } from './rights.ts';
import type { Catalogue, Column, Relation } from './types.ts';

const usualNames =
  /^(?:(?:user|owner|author|creator|account|profile|member|customer|tenant|org|organi[sz]ation|team|company|workspace)_?(?:id|uuid)|created_by|owned_by|owner)$/;

/**
 * The columns that say whose a row is: those that a policy compares with who is asking, those that refer to the table
 * of users, and those with a usual name.
 */
export function ownerColumns(catalogue: Catalogue, relation: Relation): Column[] {
  const users = userTables(catalogue);
  const referring = relation.foreignKeys
    .filter(({ columns, references }) => columns.length === 1 && users.has(references))
    .flatMap(({ columns }) => columns);
  const compared = comparedWithAsker(catalogue, relation);
  return relation.columns.filter(
    ({ name }) => referring.includes(name) || compared.includes(name) || usualNames.test(name),
  );
}

/** Tables whose own key is compared with who is asking: a row of theirs is a user. */
function userTables(catalogue: Catalogue): Set<string> {
  const isUsers = (relation: Relation) => {
    const key = relation.indexes.find(({ isUnique, columns }) => isUnique && columns.length === 1)
      ?.columns[0];
    return typeof key === 'string' && comparedWithAsker(catalogue, relation).includes(key);
  };
  return new Set(catalogue.relations.filter(isUsers).map(({ name }) => name));
}

/** Names of the columns that a policy for requests compares with a value that is not the row's. */
function comparedWithAsker(catalogue: Catalogue, relation: Relation): string[] {
  return relation.policies
    .filter((policy) => catalogue.webRoles.some((role) => policyBinds(catalogue, policy, role)))
    .flatMap(({ using, check }) => [using, check])
    .flatMap((expression) => (expression ? comparedColumns(catalogue, expression) : []))
    .flatMap((number) => relation.columns.find((column) => column.number === number)?.name ?? []);
}

/**
 * What policies compare such a column with: the value that most conditions of the database's own policies use for
 * a column of this type, else a setting that the request's prologue would write.
 */
export function askerExpression(catalogue: Catalogue, column: Column): string {
  const conditions = catalogue.relations.flatMap((relation) =>
    relation.policies
      .flatMap(({ using, check }) => [using?.text, check?.text])
      .flatMap((text) => (text ? conditionsOf(text) : []))
      .filter(({ left }) =>
        relation.columns.some(({ name, type }) => quoteName(name) === left && type === column.type),
      ),
  );
  const counts = Map.groupBy(conditions, ({ right }) => right);
  const [usual] = [...counts].toSorted(([, one], [, other]) => other.length - one.length);
  return usual?.[0] ?? `(select nullif(current_setting('app.user_id', true), '')::${column.type})`;
}

function conditionsOf(expression: string): { left: string; right: string }[] {
  const { operator, parts } = booleanParts(expression);
  if (operator !== null) return parts.flatMap(conditionsOf);
  const [, left, right] = /^("[^"]+"|\w+) = (\(.*\))$/s.exec(parts[0]!) ?? [];
  return left && right?.includes('(') ? [{ left, right: shortExpression(right) }] : [];
}

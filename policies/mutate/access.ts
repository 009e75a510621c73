import { descendants, type ExpressionNode } from '../catalogue/expression-tree.ts';
import { COMMANDS, escapesPolicies, policyBinds, policyCovers, usableRight } from '../catalogue/rights.ts';
import type { Catalogue, Command, Policy, PolicyExpression, Relation } from '../catalogue/types.ts';
import { conjuncts } from '../sql/boolean-parts.ts';
import { shortExpression } from '../sql/expression-text.ts';
import { quoteName } from '../sql/quote-name.ts';

const NOTHING = 'nothing';

/**
 * What the roles looked at can do with a table, by role and command, in words that are the same for two states of
 * the catalogue when nobody can tell them apart. A refusal and an empty answer count as the same: nothing is reached.
 * Of triggers it knows nothing.
 */
export function tableAccess(catalogue: Catalogue, relation: Relation): Map<string, string> {
  return new Map(
    catalogue.webRoles.flatMap((role) =>
      COMMANDS.map((command) => [`${role} ${command}`, access(catalogue, relation, role, command)] as const),
    ),
  );
}

/** Whether two states of a table are the same to everybody. */
export function isSameAccess(before: Map<string, string>, after: Map<string, string>): boolean {
  return [...before].every(([key, access]) => after.get(key) === access);
}

function access(catalogue: Catalogue, relation: Relation, role: string, command: Command): string {
  const columns = usableColumns(catalogue, relation, role, command);
  if (columns === null) return NOTHING;
  const on = command === 'delete' ? '' : `(${columns.toSorted().join(', ')}) `;
  if (escapesPolicies(catalogue, relation, role)) return `${on}everything -> everything`;

  const policies = relation.policies.filter(
    (policy) => policyCovers(policy, command) && policyBinds(catalogue, policy, role),
  );
  const using = command === 'insert' ? 'everything' : condition(policies, ({ using }) => using);
  const check =
    command === 'insert' || command === 'update'
      ? condition(policies, (policy) => policy.check ?? policy.using)
      : 'everything';
  if (using === NOTHING || check === NOTHING) return NOTHING;
  return `${on}${describe(using)} -> ${describe(withoutWhatHoldsAnyway(check, { using, relation, columns, command, policies }))}`;
}

/** The columns a role may use in a command, those left out that PostgreSQL alone writes; null for none. */
function usableColumns(
  catalogue: Catalogue,
  relation: Relation,
  role: string,
  command: Command,
): string[] | null {
  const right = usableRight(catalogue, relation, role, command);
  if (!right) return null;
  const writes = command === 'insert' || command === 'update';
  const names = relation.columns
    .filter(
      ({ name, isGenerated }) =>
        (right.columns === 'all' || right.columns.includes(name)) && !(writes && isGenerated),
    )
    .map(({ name }) => name);
  return names.length > 0 || !writes ? names : null;
}

/** Sets of conditions of which one whole set must hold. */
type Condition = string[][] | typeof NOTHING | 'everything';

/** What the policies ask of a row together: one of the permissive ones, and all restrictive ones. */
function condition(policies: Policy[], choose: (policy: Policy) => PolicyExpression | null): Condition {
  const sets = (isPermissive: boolean) =>
    policies
      .filter((policy) => policy.isPermissive === isPermissive)
      .flatMap((policy) => {
        const expression = choose(policy);
        return expression
          ? [
              conjuncts(expression.text)
                .map(shortExpression)
                .filter((part) => part !== 'true'),
            ]
          : [];
      })
      .filter((parts) => !parts.includes('false'));
  const permissive = sets(true);
  const restrictive = sets(false).flat();
  if (permissive.length === 0) return NOTHING;
  const allowed = permissive.some((parts) => parts.length === 0) ? [[]] : permissive;
  const combined = allowed.map((parts) => [...new Set([...parts, ...restrictive])].toSorted());
  // What holds wherever another set holds adds nothing to it.
  const needed = combined.filter(
    (parts, index) =>
      !combined.some(
        (other, place) =>
          other.every((part) => parts.includes(part)) && (other.length < parts.length || place < index),
      ),
  );
  return needed.some((parts) => parts.length === 0) ? 'everything' : needed;
}

const describe = (condition: Condition): string =>
  typeof condition === 'string'
    ? condition
    : condition
        .map((parts) => parts.join(' and '))
        .toSorted()
        .join(' or ');

type Write = {
  using: Condition;
  relation: Relation;
  columns: string[];
  command: Command;
  policies: Policy[];
};

/** The condition on the new row without what no statement of the role can make false. */
function withoutWhatHoldsAnyway(check: Condition, write: Write): Condition {
  if (typeof check === 'string') return check;
  const { using, relation, columns, command, policies } = write;
  if (command === 'insert') {
    const needed = check.map((parts) => parts.filter((part) => !isDefault(part, relation, columns)));
    return needed.some((parts) => parts.length === 0) ? 'everything' : needed;
  }
  // What the old row satisfied the new one does too, where none of the columns in question can be set.
  if (readsAny(policies, relation, columns)) return check;
  if (describe(check) === describe(using)) return 'everything';
  if (check.length > 1 || typeof using === 'string' || using.length > 1) return check;
  const left = check[0]!.filter((part) => !using[0]!.includes(part));
  return left.length === 0 ? 'everything' : [left];
}

/** Whether a condition is `column = value` for a column that cannot be given and has this value by default. */
function isDefault(part: string, relation: Relation, columns: string[]): boolean {
  return relation.columns.some(
    (column) =>
      column.default !== null &&
      !columns.includes(column.name) &&
      [column.default, `(select ${column.default})`].some(
        (value) => part === `${quoteName(column.name)} = ${value}`,
      ),
  );
}

function readsAny(policies: Policy[], relation: Relation, columns: string[]): boolean {
  const numbers = relation.columns
    .filter(({ name }) => columns.includes(name))
    .map(({ number }) => String(number));
  const reads = (tree: ExpressionNode) =>
    [...descendants(tree)].some(
      // 0 is the whole row.
      ({ type, fields }) =>
        type === 'VAR' && (fields.varattno === '0' || numbers.includes(fields.varattno as string)),
    );
  return policies.some(({ using, check }) => (using && reads(using.tree)) || (check && reads(check.tree)));
}

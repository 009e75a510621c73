import type { ExpressionNode } from '../../catalogue/expression-tree.ts';
import { isTable } from '../../catalogue/rights.ts';
import type { Policy, PolicyExpression, Relation } from '../../catalogue/types.ts';
import { conjuncts } from '../../sql/boolean-parts.ts';
import { shortExpression } from '../../sql/expression-text.ts';
import type { MakeMutants, Mutant } from '../mutant.ts';
import { createPolicy, onTable, toRoles, withPolicy } from '../policy-sql.ts';

type PolicyMutant = Pick<Mutant, 'operator' | 'sql' | 'wouldKill'> & {
  /** Tells apart several of one operator. */
  detail?: string;
  /** The policy as it then is; null for none. */
  changed: Policy | null;
};

const ALWAYS: PolicyExpression = {
  text: 'true',
  tree: { type: 'CONST', fields: {} } satisfies ExpressionNode,
};

/** Breaks each policy: dropped, its conditions true, without one of them, without `with check`, for everybody. */
export const policyMutants: MakeMutants = ({ relations }) =>
  relations.filter(isTable).flatMap((relation) =>
    relation.policies.flatMap((policy) =>
      [
        dropped(policy, relation),
        ...expressions(policy, relation),
        ...withoutCheck(policy, relation),
        ...toPublic(policy, relation),
      ].map(
        ({ detail, changed, ...mutant }): Mutant => ({
          ...mutant,
          id: [mutant.operator, onTable(policy, relation), detail].filter(Boolean).join(': '),
          object: onTable(policy, relation),
          target: relation.name,
          after: { relation: withPolicy(relation, policy, changed) },
        }),
      ),
    ),
  );

const verb = ({ command }: Policy): string => (command === 'all' ? 'use' : command);

function dropped(policy: Policy, relation: Relation): PolicyMutant {
  const subject = toRoles(policy);
  return {
    operator: 'drop policy',
    sql: `drop ${onTable(policy, relation)}`,
    wouldKill: policy.isPermissive
      ? `${subject} can ${verb(policy)} a row of ${relation.name} that only this policy allows`
      : `${subject} cannot ${verb(policy)} a row of ${relation.name} that this policy forbids`,
    changed: null,
  };
}

/** Each expression replaced by true, and without each of its conjuncts. */
function expressions(policy: Policy, relation: Relation): PolicyMutant[] {
  const clauses = [
    { clause: 'using', field: 'using', expression: policy.using },
    { clause: 'with check', field: 'check', expression: policy.check },
  ] as const;
  return clauses.flatMap(({ clause, field, expression }): PolicyMutant[] => {
    if (!expression) return [];
    const alter = (text: string) => `alter ${onTable(policy, relation)} ${clause} (${text})`;
    const refused = field === 'check' || policy.command === 'insert';
    const wouldKill = (condition: string) =>
      refused
        ? `${toRoles(policy)} is refused a row of ${relation.name} for which ${shortExpression(condition)} would be false`
        : `${toRoles(policy)} cannot ${verb(policy)} a row of ${relation.name} for which ${shortExpression(condition)} is false`;
    const parts = conjuncts(expression.text);
    return [
      {
        operator: field === 'using' ? 'using true' : 'check true',
        sql: alter('true'),
        wouldKill: wouldKill(expression.text),
        changed: { ...policy, [field]: ALWAYS },
      },
      ...(parts.length > 1 ? parts : []).map((removed, index): PolicyMutant => {
        const left = parts.filter((_, other) => other !== index).map((part) => `(${part})`);
        return {
          operator: 'remove conjunct',
          detail: `${clause} ${shortExpression(removed)}`,
          sql: alter(left.join(' and ')),
          wouldKill: `${wouldKill(removed)} and the rest of the condition true`,
          changed: { ...policy, [field]: { ...expression, text: left.join(' AND ') } },
        };
      }),
    ];
  });
}

/** An insert policy without `with check` allows nothing: that is the policy dropped. */
function withoutCheck(policy: Policy, relation: Relation): PolicyMutant[] {
  if (!policy.check || policy.command === 'insert') return [];
  const changed = { ...policy, check: null };
  return [
    {
      operator: 'drop check',
      sql: `drop ${onTable(policy, relation)}; ${createPolicy(changed, relation)}`,
      wouldKill: `${toRoles(policy)} is refused a row of ${relation.name} for which ${shortExpression(policy.check.text)} would be false`,
      changed,
    },
  ];
}

function toPublic(policy: Policy, relation: Relation): PolicyMutant[] {
  if (policy.roles.includes('public')) return [];
  return [
    {
      operator: 'policy to public',
      sql: `alter ${onTable(policy, relation)} to public`,
      wouldKill: `a role other than ${toRoles(policy)} ${policy.isPermissive ? 'cannot' : 'can'} ${verb(policy)} a row of ${relation.name} that this policy ${policy.isPermissive ? 'allows' : 'forbids'}`,
      changed: { ...policy, roles: ['public'] },
    },
  ];
}

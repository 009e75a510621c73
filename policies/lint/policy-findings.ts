import type { Catalogue, Policy, PolicyExpression, Relation } from '../catalogue/types.ts';
import type { Found } from './rule.ts';

export type PolicyClause = { name: 'using' | 'with check'; expression: PolicyExpression };

/** The expressions of a policy, each under its name in SQL. */
export function clausesOf({ using, check }: Policy): PolicyClause[] {
  return [
    ...(using ? [{ name: 'using' as const, expression: using }] : []),
    ...(check ? [{ name: 'with check' as const, expression: check }] : []),
  ];
}

/** Asks a rule about every policy there is. */
export function eachPolicy(
  catalogue: Catalogue,
  find: (policy: Policy, relation: Relation) => Omit<Found, 'object'> | null,
): Found[] {
  return catalogue.relations.flatMap((relation) =>
    relation.policies.flatMap((policy) => {
      const found = find(policy, relation);
      return found ? [{ object: policy.label, ...found }] : [];
    }),
  );
}

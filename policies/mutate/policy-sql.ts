import type { Policy, Relation } from '../catalogue/types.ts';
import { quoteName } from '../sql/quote-name.ts';

export const onTable = (policy: Policy, relation: Relation): string =>
  `policy ${quoteName(policy.name)} on ${relation.name}`;

/** Who a policy is for, as SQL writes it. */
export const toRoles = ({ roles }: Policy): string =>
  roles.map((role) => (role === 'public' ? 'public' : quoteName(role))).join(', ');

/** The statement that makes a policy. */
export function createPolicy(policy: Policy, relation: Relation): string {
  const { command, isPermissive, using, check } = policy;
  return [
    `create ${onTable(policy, relation)} as ${isPermissive ? 'permissive' : 'restrictive'}`,
    `for ${command} to ${toRoles(policy)}`,
    using && `using (${using.text})`,
    check && `with check (${check.text})`,
  ]
    .filter(Boolean)
    .join(' ');
}

/** The relation with one policy changed, or without it. */
export function withPolicy(relation: Relation, policy: Policy, changed: Policy | null): Relation {
  const policies = relation.policies.flatMap((other) => (other === policy ? (changed ?? []) : other));
  return { ...relation, policies };
}

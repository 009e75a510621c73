import type { Policy, Privilege, Relation } from '../catalogue/types.ts';
import { quoteName } from '../sql/quote-name.ts';

/** `public` is everybody and no name. */
export const roleName = (role: string): string => (role === 'public' ? role : quoteName(role));

export const revoke = (privileges: Privilege[], relation: Relation, role: string): string =>
  `revoke ${privileges.join(', ')} on ${relation.kind === 'sequence' ? 'sequence ' : ''}${relation.name} from ${roleName(role)};`;

export const alterPolicy = (policy: Policy, relation: Relation, change: string): string =>
  `alter policy ${quoteName(policy.name)} on ${relation.name} ${change};`;

import { hasRole } from '../../catalogue/rights.ts';
import { quoteNames } from '../../sql/quote-name.ts';
import { alterPolicy } from '../mend.ts';
import { eachPolicy } from '../policy-findings.ts';
import type { Rule } from '../rule.ts';

export const restrictiveBindsMembers: Rule = {
  id: 'restrictive-binds-members',
  severity: 'warning',
  title: 'A restrictive policy names every role that it binds',
  why: 'It binds the members of a role too: `to webuser` silently holds for an administrator’s role that is a member of webuser, and no policy for administrators can lift it.',
  find: (catalogue) =>
    eachPolicy(catalogue, (policy, relation) => {
      if (policy.isPermissive || policy.roles.includes('public')) return null;
      const silent = catalogue.webRoles.filter(
        (role) =>
          !policy.roles.includes(role) && policy.roles.some((named) => hasRole(catalogue, role, named)),
      );
      if (silent.length === 0) return null;
      return {
        message: `The ${policy.label} is restrictive to ${policy.roles.join(', ')} and binds ${silent.join(', ')} as well. If that is meant, say so:`,
        mend: alterPolicy(policy, relation, `to ${quoteNames([...policy.roles, ...silent])}`),
      };
    }),
};

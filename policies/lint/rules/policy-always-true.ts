import { askerExpression, ownerColumns } from '../../catalogue/owner-columns.ts';
import { policyBinds } from '../../catalogue/rights.ts';
import { quoteName } from '../../sql/quote-name.ts';
import { alterPolicy } from '../mend.ts';
import { clausesOf, eachPolicy } from '../policy-findings.ts';
import type { Rule } from '../rule.ts';

/** A restrictive policy that is always true takes nothing away, and gives nothing. */
export const policyAlwaysTrue: Rule = {
  id: 'policy-always-true',
  severity: 'error',
  title: 'On a table whose rows have an owner, no policy is simply true',
  why: 'Permissive policies add up: one that is true makes every other for its command and role meaningless.',
  find: (catalogue) =>
    eachPolicy(catalogue, (policy, relation) => {
      const clauses = clausesOf(policy).filter(({ expression }) => expression.text === 'true');
      const roles = catalogue.webRoles.filter((role) => policyBinds(catalogue, policy, role));
      const [owner] = ownerColumns(catalogue, relation);
      if (!policy.isPermissive || clauses.length === 0 || roles.length === 0 || !owner) return null;
      const condition = `${quoteName(owner.name)} = ${askerExpression(catalogue, owner)}`;
      return {
        message: `The ${policy.label} lets ${roles.join(', ')} ${policy.command === 'all' ? 'reach' : policy.command} every row, though rows have an owner in ${quoteName(owner.name)}.`,
        mend: alterPolicy(policy, relation, clauses.map(({ name }) => `${name} (${condition})`).join(' ')),
      };
    }),
};

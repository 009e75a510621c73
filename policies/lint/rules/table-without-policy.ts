import { isTable } from '../../catalogue/rights.ts';
import type { Rule } from '../rule.ts';

/** A partition is reached through its parent, whose policies hold then. */
export const tableWithoutPolicy: Rule = {
  id: 'table-without-policy',
  severity: 'warning',
  title: 'A table without a policy is a decision: say why',
  why: 'Only its owner and definer functions reach its rows. That is right for secrets, and a surprise for anything else. Write its policies; or state the decision, with this policy or a line in the file of what is allowed.',
  find: ({ relations }) =>
    relations
      .filter(isTable)
      .filter(({ hasRls, policies, parents }) => hasRls && policies.length + parents.length === 0)
      .map(({ label, name }) => ({
        object: label,
        message: `No policy lets anybody but the owner reach a row of ${name}.`,
        mend: `create policy all_by_nobody on ${name} using (false) with check (false);`,
      })),
};

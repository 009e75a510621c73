import { isTable } from '../../catalogue/rights.ts';
import type { Rule } from '../rule.ts';

/** Tables with policies, children and unlogged tables have rules of their own, which say more. */
export const tableWithoutRls: Rule = {
  id: 'table-without-rls',
  severity: 'error',
  title: 'Every table has row-level security enabled',
  why: 'Whoever is granted the table reaches every row of it, now or after a grant that somebody adds later.',
  find: ({ relations }) =>
    relations
      .filter(isTable)
      .filter(
        ({ hasRls, policies, parents, isUnlogged }) =>
          !hasRls && policies.length + parents.length === 0 && !isUnlogged,
      )
      .map(({ label, name }) => ({
        object: label,
        message: `Row-level security is not enabled on ${name}.`,
        mend: `alter table ${name} enable row level security;`,
      })),
};

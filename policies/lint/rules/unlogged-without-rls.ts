import { isTable } from '../../catalogue/rights.ts';
import type { Rule } from '../rule.ts';

export const unloggedWithoutRls: Rule = {
  id: 'unlogged-without-rls',
  severity: 'error',
  title: 'An unlogged table has row-level security enabled like any other',
  why: 'Queues and caches are made in a hurry and hold copies of rows that are protected elsewhere.',
  find: ({ relations }) =>
    relations
      .filter(isTable)
      .filter(
        ({ hasRls, policies, parents, isUnlogged }) =>
          isUnlogged && !hasRls && policies.length + parents.length === 0,
      )
      .map(({ label, name }) => ({
        object: label,
        message: `Row-level security is not enabled on the unlogged table ${name}.`,
        mend: `alter table ${name} enable row level security;`,
      })),
};

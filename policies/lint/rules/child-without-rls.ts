import { isTable } from '../../catalogue/rights.ts';
import type { Rule } from '../rule.ts';

export const childWithoutRls: Rule = {
  id: 'child-without-rls',
  severity: 'error',
  title: 'Every partition and every child of a table has row-level security enabled',
  why: 'The policies of a table hold for queries that name that table. A query that names its partition or child meets only what is set there.',
  find: ({ relations }) =>
    relations
      .filter(isTable)
      .filter(({ hasRls, policies, parents }) => !hasRls && policies.length === 0 && parents.length > 0)
      .map(({ label, name, parents }) => ({
        object: label,
        message: `${name} is a child of ${parents.join(', ')} and has no row-level security of its own.`,
        mend: `alter table ${name} enable row level security;`,
      })),
};

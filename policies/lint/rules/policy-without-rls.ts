import type { Rule } from '../rule.ts';

export const policyWithoutRls: Rule = {
  id: 'policy-without-rls',
  severity: 'error',
  title: 'A table with policies has row-level security enabled',
  why: 'Until it is enabled PostgreSQL ignores the policies, and says nothing about it.',
  find: ({ relations }) =>
    relations
      .filter(({ hasRls, policies }) => !hasRls && policies.length > 0)
      .map(({ label, name, policies }) => ({
        object: label,
        message: `${name} has ${policies.length === 1 ? 'a policy' : `${policies.length} policies`}, but row-level security is not enabled.`,
        mend: `alter table ${name} enable row level security;`,
      })),
};

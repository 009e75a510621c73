import type { Rule } from '../rule.ts';

export const viewWithoutInvoker: Rule = {
  id: 'view-without-invoker',
  severity: 'error',
  title: 'Every view has security_invoker',
  why: 'Otherwise its tables are read with the rights of its owner, past every policy: who may select from the view sees all that the owner does.',
  find: ({ relations }) =>
    relations
      .filter(({ kind, isSecurityInvoker }) => kind === 'view' && !isSecurityInvoker)
      .map(({ name, label, owner }) => ({
        object: label,
        message: `${name} reads its tables as ${owner}.`,
        mend: `alter view ${name} set (security_invoker = true);`,
      })),
};

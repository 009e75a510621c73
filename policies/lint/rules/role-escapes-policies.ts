import { findRole, serverLogins } from '../../catalogue/rights.ts';
import { quoteName } from '../../sql/quote-name.ts';
import type { Rule } from '../rule.ts';

export const roleEscapesPolicies: Rule = {
  id: 'role-escapes-policies',
  severity: 'error',
  title: 'No role of requests is a superuser or bypasses row-level security',
  why: 'No policy holds for such a role, and nothing in the tables shows it.',
  find: (catalogue) => {
    const names = [...catalogue.webRoles, ...serverLogins(catalogue).map(({ name }) => name)];
    return [...new Set(names)].flatMap((name) => {
      const role = findRole(catalogue, name);
      if (!role || (!role.isSuperuser && !role.bypassesRls)) return [];
      return {
        object: `role ${name}`,
        message: `${name} ${role.isSuperuser ? 'is a superuser' : 'bypasses row-level security'}.`,
        mend: `alter role ${quoteName(name)} nosuperuser nobypassrls;`,
      };
    });
  },
};

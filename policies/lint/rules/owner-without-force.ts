import { findRole, hasRole, isTable, serverLogins } from '../../catalogue/rights.ts';
import type { Rule } from '../rule.ts';

/** A superuser escapes every policy, forced or not; role-escapes-policies is about those. */
export const ownerWithoutForce: Rule = {
  id: 'owner-without-force',
  severity: 'error',
  title: 'Where a table’s owner serves requests, row-level security is forced',
  why: 'Policies do not hold for the owner of a table unless they are forced, so every request of such a server sees every row.',
  find: (catalogue) => {
    const serving = [...catalogue.webRoles, ...serverLogins(catalogue).map(({ name }) => name)];
    return catalogue.relations
      .filter((relation) => isTable(relation) && relation.hasRls && !relation.forcesRls)
      .filter(({ owner }) => !findRole(catalogue, owner)?.isSuperuser)
      .flatMap(({ name, label, owner }) => {
        const role = serving.find((candidate) => hasRole(catalogue, candidate, owner));
        if (role === undefined || findRole(catalogue, role)?.isSuperuser) return [];
        return {
          object: label,
          message: `${name} belongs to ${owner}, whose rights requests have as ${role}.`,
          mend: `alter table ${name} force row level security;`,
        };
      });
  },
};

import { requestRoles } from '../../catalogue/rights.ts';
import { revoke } from '../mend.ts';
import type { Rule } from '../rule.ts';

export const relationOutsideRls: Rule = {
  id: 'relation-outside-rls',
  severity: 'error',
  title: 'No role of requests is granted a materialized view or foreign table',
  why: 'These cannot have row-level security: whoever is granted one sees all of it, copies of protected rows included. Let a definer function or a view with a condition stand before it.',
  find: (catalogue) =>
    catalogue.relations
      .filter(({ kind }) => kind === 'materialized view' || kind === 'foreign table')
      .flatMap((relation) =>
        requestRoles(catalogue).flatMap((role) => {
          const own = [relation.grants, ...relation.columns.map((column) => column.grants)]
            .flat()
            .filter(({ grantee }) => grantee === role);
          if (own.length === 0) return [];
          const privileges = [...new Set(own.map(({ privilege }) => privilege))];
          return {
            object: `grant to ${role} on ${relation.name}`,
            message: `${role} may ${privileges.join(', ')} the ${relation.kind} ${relation.name}, all of it.`,
            mend: revoke(privileges, relation, role),
          };
        }),
      ),
};

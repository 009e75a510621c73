import { requestRoles } from '../../catalogue/rights.ts';
import { revoke } from '../mend.ts';
import type { Rule } from '../rule.ts';

const unruled = ['truncate', 'references', 'trigger'];

export const grantBeyondRls: Rule = {
  id: 'grant-beyond-rls',
  severity: 'error',
  title: 'No role of requests may truncate, reference or put triggers on a table',
  why: 'Policies do not hold for these: `truncate` empties the table for everybody, a foreign key tells which keys exist, a trigger runs with the rights of whoever writes next. `grant all` includes them.',
  find: (catalogue) =>
    catalogue.relations.flatMap((relation) =>
      requestRoles(catalogue).flatMap((role) => {
        const grants = [relation.grants, ...relation.columns.map((column) => column.grants)].flat();
        const own = grants.filter(
          ({ grantee, privilege }) => grantee === role && unruled.includes(privilege),
        );
        if (own.length === 0) return [];
        const privileges = [...new Set(own.map(({ privilege }) => privilege))];
        return {
          object: `grant to ${role} on ${relation.name}`,
          message: `${role} is granted ${privileges.join(', ')} on ${relation.name}.`,
          mend: revoke(privileges, relation, role),
        };
      }),
    ),
};

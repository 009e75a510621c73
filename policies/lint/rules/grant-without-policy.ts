import { COMMANDS, isTable, policyBinds, policyCovers, requestRoles } from '../../catalogue/rights.ts';
import { revoke } from '../mend.ts';
import type { Rule } from '../rule.ts';

/** Where no policy exists at all, table-without-policy says so. */
export const grantWithoutPolicy: Rule = {
  id: 'grant-without-policy',
  severity: 'note',
  title: 'What is granted, a policy qualifies',
  why: 'With row-level security and no policy for the command, the grant reaches no row: it is left over, or its policy was forgotten.',
  find: (catalogue) =>
    catalogue.relations
      .filter((relation) => isTable(relation) && relation.hasRls && relation.policies.length > 0)
      .flatMap((relation) =>
        requestRoles(catalogue).flatMap((role) => {
          const grants = [relation.grants, ...relation.columns.map((column) => column.grants)].flat();
          const dead = COMMANDS.filter(
            (command) =>
              grants.some(({ grantee, privilege }) => grantee === role && privilege === command) &&
              !relation.policies.some(
                (policy) =>
                  policy.isPermissive &&
                  policyCovers(policy, command) &&
                  policyBinds(catalogue, policy, role),
              ),
          );
          if (dead.length === 0) return [];
          const message = `${role} is granted ${dead.join(', ')} on ${relation.name}, and no policy lets it reach a row.`;
          return [
            { object: `grant to ${role} on ${relation.name}`, message, mend: revoke(dead, relation, role) },
          ];
        }),
      ),
};

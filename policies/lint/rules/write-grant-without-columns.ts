import { findRole } from '../../catalogue/rights.ts';
import { quoteNames } from '../../sql/quote-name.ts';
import { revoke, roleName } from '../mend.ts';
import type { Rule } from '../rule.ts';

/** A role that escapes every policy is not held by columns either; grants to everybody are grant-to-public's. */
export const writeGrantWithoutColumns: Rule = {
  id: 'write-grant-without-columns',
  severity: 'error',
  title: '`grant insert` and `grant update` list their columns',
  why: 'A grant on the whole table lets clients write the owner, the id and the timestamps, and every column that is added later.',
  find: (catalogue) =>
    catalogue.relations
      .filter(({ kind }) => kind !== 'sequence')
      .flatMap((relation) => {
        const grants = relation.grants.filter(({ privilege, grantee }) => {
          const role = findRole(catalogue, grantee);
          const isWrite = privilege === 'insert' || privilege === 'update';
          return isWrite && role && !role.isSuperuser && !role.bypassesRls;
        });
        const columns = quoteNames(relation.columns.filter((c) => !c.isGenerated).map(({ name }) => name));
        return [...Map.groupBy(grants, ({ grantee }) => grantee)].map(([grantee, writes]) => {
          const privileges = writes.map(({ privilege }) => privilege);
          const listed = privileges.map((privilege) => `${privilege} (${columns})`).join(', ');
          return {
            object: `grant to ${grantee} on ${relation.name}`,
            message: `${grantee} may ${privileges.join(' and ')} every column of ${relation.name}. Leave out of the list what clients shall not write.`,
            mend: `${revoke(privileges, relation, grantee)}\ngrant ${listed} on ${relation.name} to ${roleName(grantee)};`,
          };
        });
      }),
};

import { quoteNames } from '../../sql/quote-name.ts';
import { revoke } from '../mend.ts';
import type { Rule } from '../rule.ts';

/** Grants to everybody are grant-to-public's. */
export const selectGrantWithColumns: Rule = {
  id: 'select-grant-with-columns',
  severity: 'warning',
  title: '`grant select` lists no columns',
  why: 'A role that may read only some columns gets an error from `select *`, from `returning` and from a GraphQL type that has the others. Put what not everybody may see into a table of its own, one to one.',
  find: ({ relations }) =>
    relations.flatMap((relation) => {
      const granted = relation.columns.flatMap(({ name, grants }) =>
        grants.filter(({ privilege }) => privilege === 'select').map(({ grantee }) => ({ name, grantee })),
      );
      const byGrantee = Map.groupBy(granted, ({ grantee }) => grantee);
      byGrantee.delete('public');
      return [...byGrantee].map(([grantee, columns]) => ({
        object: `grant to ${grantee} on ${relation.name}`,
        message: `${grantee} may select only ${quoteNames(columns.map(({ name }) => name))} of ${relation.name}. Split the table; until then:`,
        mend: revoke(['select'], relation, grantee),
      }));
    }),
};

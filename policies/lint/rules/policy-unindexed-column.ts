import { comparedColumns } from '../../catalogue/policy-calls.ts';
import { isTable } from '../../catalogue/rights.ts';
import { quoteName, quoteNames } from '../../sql/quote-name.ts';
import type { Rule } from '../rule.ts';

/** A `with check` sees one row at a time and needs no index. */
export const policyUnindexedColumn: Rule = {
  id: 'policy-unindexed-column',
  severity: 'warning',
  title: 'A column that policies compare is indexed',
  why: 'Otherwise every query reads the whole table to find the few rows that its user may see: 10 ms instead of 0.34 ms for 200,000 rows.',
  find: (catalogue) =>
    catalogue.relations.filter(isTable).flatMap((relation) =>
      relation.columns.flatMap(({ number, name, label }) => {
        const policies = relation.policies.filter(
          ({ using }) => using && comparedColumns(catalogue, using).includes(number),
        );
        const isIndexed = relation.indexes.some(
          ({ columns, isPartial }) => columns[0] === name && !isPartial,
        );
        if (policies.length === 0 || isIndexed) return [];
        return {
          object: label,
          message: `${quoteNames(policies.map((policy) => policy.name))} on ${relation.name} compare${policies.length === 1 ? 's' : ''} ${quoteName(name)}, and no index begins with it.`,
          mend: `create index on ${relation.name} (${quoteName(name)});`,
        };
      }),
    ),
};

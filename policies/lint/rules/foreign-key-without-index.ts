import { quoteNames } from '../../sql/quote-name.ts';
import type { Rule } from '../rule.ts';

export const foreignKeyWithoutIndex: Rule = {
  id: 'foreign-key-without-index',
  severity: 'warning',
  title: 'Every foreign key has an index that starts with its columns',
  why: 'Each delete of a referenced row searches for what refers to it, and reads the whole table without an index; so does every join from the other side.',
  find: ({ relations }) =>
    relations.flatMap((relation) =>
      relation.foreignKeys
        .filter(
          (key) =>
            !relation.indexes.some(
              ({ columns, isPartial }) =>
                !isPartial &&
                key.columns.every((column) => columns.slice(0, key.columns.length).includes(column)),
            ),
        )
        .map(({ name, columns }) => ({
          object: `constraint ${name} on ${relation.name}`,
          message: `No index of ${relation.name} starts with ${quoteNames(columns)}.`,
          mend: `create index on ${relation.name} (${quoteNames(columns)});`,
        })),
    ),
};

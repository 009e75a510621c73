import { isTable } from '../../catalogue/rights.ts';
import { quoteName } from '../../sql/quote-name.ts';
import type { Rule } from '../rule.ts';

/** The usual plurals without an s, and words that are their own plural. */
const otherPlurals =
  /(?:^|_)(?:people|children|men|women|mice|feet|teeth|geese|data|media|criteria|phenomena|indices|vertices|equipment|information|feedback|staff|metadata|content|history|audit|log|inventory)$/;

/** Whether a table may be called so. */
export const isPlural = (name: string): boolean => /s\d*$/i.test(name) || otherPlurals.test(name);

export const namePluralTable: Rule = {
  id: 'name-plural-table',
  severity: 'note',
  title: 'Tables have plural names',
  why: 'A table holds many rows; a row of it, in a function or in the API, has the singular to itself.',
  find: ({ relations }) =>
    relations
      .filter((relation) => isTable(relation) && relation.parents.length === 0)
      .filter(({ ownName }) => !isPlural(ownName))
      .map(({ label, name, ownName }) => ({
        object: label,
        message: `${name} is not a plural.`,
        mend: `alter table ${name} rename to ${quoteName(plural(ownName))};`,
      })),
};

const plural = (name: string) =>
  /[^aeiou]y$/.test(name)
    ? `${name.slice(0, -1)}ies`
    : /(?:x|z|ch|sh)$/.test(name)
      ? `${name}es`
      : `${name}s`;

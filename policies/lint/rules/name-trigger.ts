import { quoteName } from '../../sql/quote-name.ts';
import type { Rule } from '../rule.ts';

export const nameTrigger: Rule = {
  id: 'name-trigger',
  severity: 'note',
  title: 'A trigger’s name begins with its order: _100_timestamps',
  why: 'PostgreSQL fires the triggers of a table in the order of their names. A number says that the order is meant.',
  find: ({ relations }) =>
    relations.flatMap((relation) =>
      relation.triggers
        .filter(({ name }) => !/^_\d{3}_[a-z0-9_]+$/.test(name))
        .map(({ name }) => ({
          object: `trigger ${name} on ${relation.name}`,
          message: `${name} on ${relation.name} does not say where in the order it fires.`,
          mend: `alter trigger ${quoteName(name)} on ${relation.name} rename to _500_${name.toLowerCase().replace(/\W+/g, '_').replace(/^_+/, '')};`,
        })),
    ),
};

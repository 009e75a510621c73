import { quoteName } from '../../sql/quote-name.ts';
import type { Rule } from '../rule.ts';

export const nameTriggerFunction: Rule = {
  id: 'name-trigger-function',
  severity: 'note',
  title: 'Trigger functions are named tg__shared or tg_table__task',
  why: 'So one sees in a list of functions which are called by the database alone, and for which table.',
  find: ({ routines }) =>
    routines
      .filter(
        ({ isTrigger, ownName }) =>
          isTrigger && !/^tg_(?:[a-z0-9]+(?:_[a-z0-9]+)*_)?_[a-z0-9_]+$/.test(ownName),
      )
      .map(({ label, name, ownName, kind }) => ({
        object: label,
        message: `${name} does not show that it is a trigger function.`,
        mend: `alter ${kind} ${name} rename to ${quoteName(`tg__${ownName.replace(/^(?:tg|trg|trigger)_+/, '')}`)};`,
      })),
};

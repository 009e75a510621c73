import { mayCall } from '../../catalogue/rights.ts';
import { quoteName } from '../../sql/quote-name.ts';
import type { Rule } from '../rule.ts';

export const definerForAnonymous: Rule = {
  id: 'definer-for-anonymous',
  severity: 'error',
  title: 'A definer function that anonymous may call is on the list of those that are meant to be',
  why: 'It runs with its owner’s rights, past every policy, for anybody on the internet. It must check its own caller, and somebody must have looked.',
  find: (catalogue, { anonymousRole }) => {
    if (anonymousRole === null) return [];
    return catalogue.routines
      .filter((routine) => routine.isDefiner && mayCall(catalogue, routine, anonymousRole))
      .map((routine) => ({
        object: routine.label,
        message: `${anonymousRole} may call ${routine.name}, which runs as ${routine.owner}.`,
        mend: `revoke execute on ${routine.kind} ${routine.name} from public, ${quoteName(anonymousRole)};`,
      }));
  },
};

import { quoteName } from '../../sql/quote-name.ts';
import { alterPolicy } from '../mend.ts';
import { eachPolicy } from '../policy-findings.ts';
import type { Rule } from '../rule.ts';

export const namePolicy: Rule = {
  id: 'name-policy',
  severity: 'note',
  title: 'A policy’s name reads as a permission: select_own, delete_own',
  why: 'It begins with what it lets one do, so that a list of policies can be read like one of rights.',
  find: (catalogue) =>
    eachPolicy(catalogue, (policy, relation) => {
      if (new RegExp(`^${policy.command}_[a-z0-9_]+$`).test(policy.name)) return null;
      const words = policy.name
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '_')
        .replace(/^_|_$/g, '');
      const renamed = `${policy.command}_${words.replace(new RegExp(`^${policy.command}_?`), '') || 'some'}`;
      return {
        message: `The ${policy.label} does not begin with ${policy.command}_.`,
        mend: alterPolicy(policy, relation, `rename to ${quoteName(renamed.slice(0, 63))}`),
      };
    }),
};

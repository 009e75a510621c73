import { shortExpression } from '../../sql/expression-text.ts';
import { alterPolicy } from '../mend.ts';
import { eachPolicy } from '../policy-findings.ts';
import type { Rule } from '../rule.ts';

export const updateWithoutCheck: Rule = {
  id: 'update-without-check',
  severity: 'warning',
  title: 'A policy for updates says with `with check` what the new row may be',
  why: 'Without it `using` judges the new row too. Where `using` has an `or`, a row may leave by another door than it came in: whoever edits a shared document can make it their own.',
  find: (catalogue) =>
    eachPolicy(catalogue, (policy, relation) => {
      if (policy.command !== 'update' && policy.command !== 'all') return null;
      if (policy.using === null || policy.check !== null) return null;
      return {
        message: `The ${policy.label} has no \`with check\`. This states what holds now; narrow it to what is meant.`,
        mend: alterPolicy(policy, relation, `with check (${shortExpression(policy.using.text)})`),
      };
    }),
};

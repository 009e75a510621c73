import { policyCalls } from '../../catalogue/policy-calls.ts';
import { wrapInSelect } from '../once-evaluated.ts';
import { clausesOf, eachPolicy } from '../policy-findings.ts';
import type { Rule } from '../rule.ts';

/** A volatile function of PostgreSQL's own in a subquery, such as `(select random())`, is evaluated once and harmless. */
export const policyVolatileCall: Rule = {
  id: 'policy-volatile-call',
  severity: 'error',
  title: 'A policy calls no volatile function',
  why: 'It is called for each row, may answer otherwise for each, may write while somebody reads, and keeps the condition from any index.',
  find: (catalogue) =>
    eachPolicy(catalogue, (policy, relation) => {
      const calls = clausesOf(policy)
        .flatMap(({ expression }) => policyCalls(catalogue, expression))
        .filter(({ routine }) => routine.volatility === 'volatile')
        .filter(({ routine, isInSubquery }) => routine.schema !== 'pg_catalog' || !isInSubquery);
      if (calls.length === 0) return null;
      const routines = [...new Set(calls.map(({ routine }) => routine))];
      const bare = calls.filter((call) => !call.isInSubquery && !call.readsRow).map(({ routine }) => routine);
      return {
        message: `The ${policy.label} calls ${routines.map(({ name }) => name).join(', ')}, which is volatile.`,
        mend: [
          ...routines
            .filter(({ schema }) => schema !== 'pg_catalog')
            .map(({ kind, name }) => `alter ${kind} ${name} stable;`),
          ...(bare.length > 0 ? [wrapInSelect(policy, relation, bare)] : []),
        ].join('\n'),
      };
    }),
};

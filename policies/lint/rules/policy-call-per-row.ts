import { isInlinable } from '../../catalogue/is-inlinable.ts';
import { policyCalls } from '../../catalogue/policy-calls.ts';
import { wrapInSelect } from '../once-evaluated.ts';
import { clausesOf, eachPolicy } from '../policy-findings.ts';
import type { Rule } from '../rule.ts';

/** PostgreSQL's own functions are cheap; one that can be inlined is no call any more. */
export const policyCallPerRow: Rule = {
  id: 'policy-call-per-row',
  severity: 'warning',
  title: 'A policy evaluates its functions once, not for each row',
  why: 'A bare call runs for every row of the table: 1,008 ms for 200,000 rows where the same call in `(select …)` took 10 ms.',
  find: (catalogue) =>
    eachPolicy(catalogue, (policy, relation) => {
      const calls = clausesOf(policy)
        .flatMap(({ expression }) => policyCalls(catalogue, expression))
        .filter(
          ({ routine, isByName, isInSubquery, readsRow }) =>
            isByName &&
            !isInSubquery &&
            !readsRow &&
            routine.schema !== 'pg_catalog' &&
            routine.volatility !== 'volatile' &&
            !isInlinable(routine),
        );
      if (calls.length === 0) return null;
      const routines = [...new Set(calls.map(({ routine }) => routine))];
      return {
        message: `The ${policy.label} calls ${routines.map(({ name }) => name).join(', ')} for each row.`,
        mend: wrapInSelect(policy, relation, routines),
      };
    }),
};

import { isInlinable } from '../../catalogue/is-inlinable.ts';
import { policyCalls } from '../../catalogue/policy-calls.ts';
import { clausesOf, eachPolicy } from '../policy-findings.ts';
import type { Rule } from '../rule.ts';

/** The one rule without SQL: what set of keys the function stands for, only a person knows. */
export const policyCallOnRow: Rule = {
  id: 'policy-call-on-row',
  severity: 'warning',
  title: 'A policy compares a column with a value or a set, and hands no column to a function',
  why: 'A function that is given the row’s column cannot be evaluated once, and no index can help it: the whole table is read and the function called for each row of it.',
  find: (catalogue) =>
    eachPolicy(catalogue, (policy) => {
      const calls = clausesOf(policy)
        .filter(({ name }) => name === 'using')
        .flatMap(({ expression }) => policyCalls(catalogue, expression))
        .filter(
          ({ routine, isByName, readsRow }) =>
            isByName &&
            readsRow &&
            routine.schema !== 'pg_catalog' &&
            routine.volatility !== 'volatile' &&
            !isInlinable(routine),
        );
      if (calls.length === 0) return null;
      const names = [...new Set(calls.map(({ routine }) => routine.name))].join(', ');
      return {
        message: `The ${policy.label} calls ${names} with a column of the row. Write a function that returns the set of keys the asker may reach, and compare: column in (select that_function()), or = any (array(select …)) where an index shall serve.`,
        mend: null,
      };
    }),
};

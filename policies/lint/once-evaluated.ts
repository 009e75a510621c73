import type { Policy, Relation, Routine } from '../catalogue/types.ts';
import { wrapCalls } from '../sql/wrap-calls.ts';
import { alterPolicy } from './mend.ts';
import { clausesOf } from './policy-findings.ts';

/** SQL that puts `(select …)` around the calls of these functions in a policy. */
export function wrapInSelect(policy: Policy, relation: Relation, routines: Routine[]): string {
  const names = routines.map(({ schema, name }) =>
    schema === 'pg_catalog' ? name.slice('pg_catalog.'.length) : name,
  );
  const clauses = clausesOf(policy).map(({ name, expression }) => {
    const wrapped = names.reduce(
      (text, call) => wrapCalls(text, call.replace(/\(.*$/s, '')),
      expression.text,
    );
    return `${name} (${wrapped})`;
  });
  return alterPolicy(policy, relation, clauses.join(' '));
}

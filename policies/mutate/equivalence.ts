import { COMMANDS, mayCall, policyBinds, policyCovers, usableRight } from '../catalogue/rights.ts';
import type { Catalogue, Policy, Relation, Routine } from '../catalogue/types.ts';
import { isSameAccess, tableAccess } from './access.ts';
import type { Mutant } from './mutant.ts';

/**
 * Why a mutant is no different from what it was made of, so that no test could notice it; null when one could. Decided by
 * what every role can do before and after, according to the catalogue.
 */
export function equivalenceRule(catalogue: Catalogue, mutant: Mutant): string | null {
  const { after } = mutant;
  if ('relation' in after) {
    const before = catalogue.relations.find(({ name }) => name === mutant.target) as Relation;
    const isSame = isSameAccess(tableAccess(catalogue, before), tableAccess(catalogue, after.relation));
    return isSame ? tableRule(catalogue, mutant, before) : null;
  }
  if ('routine' in after) return routineRule(catalogue, after.routine);
  return isSameForAll(catalogue, after.catalogue)
    ? 'nothing in the schema is granted to whom it would open'
    : null;
}

function routineRule(catalogue: Catalogue, after: Routine): string | null {
  if (after.isTrigger) return 'a trigger function cannot be called';
  const before = catalogue.routines.find(({ oid }) => oid === after.oid) as Routine;
  const isSame = catalogue.webRoles.every(
    (role) => mayCall(catalogue, before, role) === mayCall(catalogue, after, role),
  );
  return isSame ? 'nobody to whom it would be granted may use the schema' : null;
}

function isSameForAll(before: Catalogue, after: Catalogue): boolean {
  return (
    before.relations.every((relation) =>
      isSameAccess(tableAccess(before, relation), tableAccess(after, relation)),
    ) &&
    before.routines.every((routine) =>
      before.webRoles.every((role) => mayCall(before, routine, role) === mayCall(after, routine, role)),
    )
  );
}

/** Names the rule for a table whose access stays the same. */
function tableRule(catalogue: Catalogue, { operator, sql, after, object }: Mutant, before: Relation): string {
  const isGranted = catalogue.webRoles.some((role) =>
    COMMANDS.some((command) => usableRight(catalogue, before, role, command)),
  );
  if (operator === 'grant command') return 'no policy would let the role do it';
  if (!isGranted) return 'nothing on the table is granted';
  if (operator === 'disable rls') return 'whoever has a grant is let through by a policy that is always true';
  if (operator === 'widen columns') return 'every column that can be written is granted already';

  const policy = before.policies.find(({ name }) => object === `policy ${name} on ${before.name}`);
  const changed =
    'relation' in after ? after.relation.policies.find(({ name }) => name === policy?.name) : undefined;
  if (!policy) return 'no role’s access changes';
  if (isTrueAlready(policy, changed)) return 'the condition is true already';
  if (![policy, changed].some((either) => either && isForSomebody(catalogue, before, either)))
    return 'nobody it is for has the grant';
  if (operator === 'policy to public') return 'nobody else has the grant, or all may already';
  if (operator === 'drop check' && policy.check?.text === policy.using?.text) return '`using` says the same';
  if (/with check|drop/.test(sql) && operator !== 'drop policy')
    return 'no statement can make the condition false: the columns it reads cannot be set';
  return 'another policy allows the same';
}

const isTrueAlready = (policy: Policy, changed: Policy | undefined): boolean =>
  changed !== undefined &&
  changed.using?.text === policy.using?.text &&
  changed.check?.text === policy.check?.text &&
  changed.roles === policy.roles;

/** Whether somebody whom the policy binds has a grant for a command that it covers. */
function isForSomebody(catalogue: Catalogue, relation: Relation, policy: Policy): boolean {
  return catalogue.webRoles.some(
    (role) =>
      policyBinds(catalogue, policy, role) &&
      COMMANDS.some(
        (command) => policyCovers(policy, command) && usableRight(catalogue, relation, role, command),
      ),
  );
}

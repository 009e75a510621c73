import { COMMANDS, hasRole } from '../../catalogue/rights.ts';
import type { Catalogue } from '../../catalogue/types.ts';
import type { Act } from '../../migrations/read-acts.ts';
import { quoteName } from '../../sql/quote-name.ts';
import type { Edit, Rule } from '../rule.ts';

type GrantAct = Extract<Act, { kind: 'grant' }>;
type PolicyAct = Extract<Act, { kind: 'create policy' }>;

/**
 * Judges a grant by the first policy that qualifies it: one more policy in a later migration widens what stands, and
 * may come when it comes.
 */
export const policyBeforeGrant: Rule = {
  id: 'policy-before-grant',
  severity: 'warning',
  title: 'In the migrations a policy stands before the grant that it qualifies',
  why: 'So nobody reads a grant, or runs half a migration, without what limits it.',
  find: (catalogue, { acts }) =>
    acts.flatMap((act, index) => {
      if (act.kind !== 'grant') return [];
      const policy = latePolicy(catalogue, act, acts, index);
      if (!policy) return [];
      const object = catalogue.relations.find(({ name }) => name === act.table)?.label ?? act.table;
      return {
        object,
        message: `${act.file}:${act.line} grants ${act.privileges.join(', ')} on ${act.table} to ${act.roles.join(', ')} before the policy ${quoteName(policy.policy)} (${policy.file}:${policy.line}). Move the grant below it:`,
        mend: `${policy.text};\n${act.text};`,
        place: act,
        edits: moveBehind(act, policy),
      };
    }),
};

/** The policy after which the grant should stand; undefined if each of its rights has one before it, or none at all. */
function latePolicy(
  catalogue: Catalogue,
  grant: GrantAct,
  acts: Act[],
  index: number,
): PolicyAct | undefined {
  const commands = grant.privileges.includes('all')
    ? COMMANDS
    : COMMANDS.filter((c) => grant.privileges.includes(c));
  const late = grant.roles.flatMap((role) =>
    commands.map((command) => {
      const qualifies = (act: Act) =>
        act.kind === 'create policy' &&
        act.table === grant.table &&
        (act.command === 'all' || act.command === command) &&
        act.roles.some((named) => hasRole(catalogue, role, named));
      return acts.findIndex(qualifies);
    }),
  );
  return acts[Math.max(...late.filter((at) => at > index), -1)] as PolicyAct | undefined;
}

function moveBehind(act: Act, target: Act): Edit[] {
  return [
    { file: act.file, start: act.start, end: act.next, text: '' },
    { file: target.file, start: target.next, end: target.next, text: `\n${act.text};` },
  ];
}

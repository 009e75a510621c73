import type pg from 'pg';
import { escapesPolicies, policyBinds, policyCovers } from '../catalogue/rights.ts';
import type { Catalogue, Command, Policy, PolicyExpression } from '../catalogue/types.ts';
import { explainConditions, holds } from './evaluate.ts';
import type { Finding, Refusal } from './finding.ts';
import type { Identity } from './identity.ts';
import { describeRow, type Rows } from './rows.ts';
import type { Scan } from './scans.ts';

export type Question = {
  scan: Scan;
  /** Whose policies are asked: those of select are asked of written rows too, where the statement reads. */
  command: Command;
  clause: 'using' | 'with check';
  rows: Rows;
};

type Asker = { client: pg.Client; catalogue: Catalogue; identity: Identity; role: string };
type Judged = {
  policy: Policy;
  expression: PolicyExpression;
  results: (boolean | null)[];
  error: string | null;
};

/** Asks the policies of a table about rows. @returns null when all of them pass */
export async function judgeRows(asker: Asker, question: Question): Promise<Finding | null> {
  const { client, catalogue, identity, role } = asker;
  const { scan, command, clause, rows } = question;
  const { relation } = scan;
  if (rows.length === 0 || !scan.isAsUser || escapesPolicies(catalogue, relation, role)) return null;

  const ofCommand = relation.policies.filter((policy) => policyCovers(policy, command));
  const binding = ofCommand.filter((policy) => policyBinds(catalogue, policy, role));
  if (!binding.some(({ isPermissive }) => isPermissive))
    return {
      kind: 'no policy',
      table: relation.name,
      command,
      rows: rows.length,
      isBroad: scan.isBroad,
      forOthers: ofCommand
        .filter((policy) => !binding.includes(policy))
        .map(({ name, roles }) => ({ policy: name, roles })),
    };

  const judged: Judged[] = [];
  for (const policy of binding) {
    const expression = clauseOf(policy, clause, command);
    if (!expression) continue;
    judged.push({
      policy,
      expression,
      ...(await holds({ client, identity, relation }, expression.text, rows)),
    });
  }
  const isRefused = (index: number) => refusing(judged, index).length > 0;
  const refused = rows.flatMap((_, index) => (isRefused(index) ? [index] : []));
  const [first] = refused;
  if (first === undefined) return null;

  const row = rows[first] as string;
  const refusals: Refusal[] = [];
  for (const { policy, expression } of refusing(judged, first))
    refusals.push({
      policy: policy.name,
      isPermissive: policy.isPermissive,
      clause: usedClause(policy, clause),
      conditions: await explainConditions({ client, identity, relation }, expression.text, row),
    });
  return {
    kind: 'policy',
    table: relation.name,
    command,
    clause,
    row: await describeRow(client, scan, row),
    refused: refused.length,
    of: rows.length,
    isBroad: scan.isBroad,
    refusals,
  };
}

/** What a policy asks of a row: of one that is written `with check`, or `using` in its place. */
export function clauseOf(
  policy: Policy,
  clause: 'using' | 'with check',
  command: Command,
): PolicyExpression | null {
  if (clause === 'using' || command === 'select') return policy.using;
  return policy.check ?? policy.using;
}

const usedClause = ({ check }: Policy, clause: 'using' | 'with check') =>
  clause === 'with check' && check ? 'with check' : 'using';

/** The policies because of which a row is refused: all permissive ones if none allows it, and each restrictive no. */
function refusing(judged: Judged[], index: number): Judged[] {
  const saysYes = ({ results }: Judged) => results[index] === true;
  const permissive = judged.filter(({ policy }) => policy.isPermissive);
  const restrictive = judged.filter(({ policy }) => !policy.isPermissive);
  return [...(permissive.some(saysYes) ? [] : permissive), ...restrictive.filter((one) => !saysYes(one))];
}

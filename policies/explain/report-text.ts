import { bold, dim } from '../../src/terminal.ts';
import { shortExpression } from '../sql/expression-text.ts';
import type { Explanation } from './explain.ts';
import type { Condition, Finding, Refusal } from './finding.ts';
import type { Plan } from './plans.ts';

/** The explanation as a person reads it: the answer first, then what it costs. */
export function reportText(explanation: Explanation): string {
  return [summary(explanation), ...explanation.findings.map(describeFinding), costs(explanation)]
    .filter(Boolean)
    .join('\n\n');
}

function summary({ who, role, command, findings, withPolicies }: Explanation): string {
  const subject = role === null || who.includes(role) ? who : `${who} as ${role}`;
  if (findings.length > 0) {
    const few = findings.length === 1 ? 'One thing stands' : `${findings.length} things stand`;
    return bold(`${few} in the way of this ${command} for ${subject}.`);
  }
  if (withPolicies && 'error' in withPolicies) return bold(`${subject} gets: ${withPolicies.error}`);
  return bold(
    `Nothing stands in the way of this ${command} for ${subject}: ${withPolicies?.rows ?? 0} rows.`,
  );
}

function describeFinding(finding: Finding): string {
  switch (finding.kind) {
    case 'session':
      return `✗ No request of theirs gets as far as a policy: ${finding.message}`;
    case 'schema usage':
      return `✗ They may not use schema ${finding.schema}.\n${mend(finding.mend)}`;
    case 'table grant':
      return `✗ ${finding.command} on ${finding.table} is not granted.\n${mend(finding.mend)}`;
    case 'column grant':
      return `✗ ${finding.command} on ${finding.table} is granted for other columns, not for ${finding.columns.join(', ')}.\n${mend(finding.mend)}`;
    case 'function grant':
      return `✗ They may not call ${finding.function}.\n${mend(finding.mend)}`;
    case 'sequence grant':
      return `✗ They may not use sequence ${finding.sequence}.\n${mend(finding.mend)}`;
    case 'error':
      return `✗ It fails for everybody: ${finding.message}`;
    case 'no policy':
      return describeNoPolicy(finding);
    case 'policy':
      return describePolicy(finding);
  }
}

const mend = (sql: string): string => dim(`    What would change it: ${sql};`);

function describeNoPolicy({ table, command, rows, forOthers }: Finding & { kind: 'no policy' }): string {
  const others = forOthers.map(({ policy, roles }) => `    policy ${policy} is for ${roles.join(', ')}`);
  const what =
    others.length > 0
      ? `Row-level security is on, and every policy for ${command} is for another role:`
      : `Row-level security is on, and there is no policy for ${command}.`;
  return [`✗ ${table}: ${count(rows)} refused. ${what}`, ...others].join('\n');
}

function describePolicy({
  table,
  command,
  clause,
  row,
  refused,
  of,
  isBroad,
  refusals,
}: Finding & { kind: 'policy' }): string {
  const what = clause === 'using' ? 'hidden' : 'refused as they would then be';
  const values = Object.entries(row).map(([name, value]) => `${name} = ${shorten(value)}`);
  return [
    `✗ ${table}: ${refused} of ${count(of)} ${what}, by ${command}. For example ${dim(`(${values.join(', ')})`)}:`,
    ...refusals.map(describeRefusal),
    ...(isBroad
      ? [dim('    The statement joins this table; these are all of its rows, also those it does not want.')]
      : []),
  ].join('\n');
}

function describeRefusal({ policy, isPermissive, clause, conditions }: Refusal): string {
  const kind = isPermissive ? 'does not allow it' : 'forbids it (restrictive)';
  return [`    policy ${bold(policy)}, ${clause}, ${kind}:`, ...conditions.map(describeCondition)].join('\n');
}

function describeCondition({ text, result, sides, error }: Condition): string {
  const mark = result === true ? '✓' : '✗';
  const why = error
    ? `      ${error}`
    : sides
      ? `      ${shorten(sides[0])} on the left, ${shorten(sides[1])} on the right`
      : result === null
        ? '      unknown, which counts as no'
        : '';
  return [`      ${mark} ${shortExpression(text)}`, why && dim(`    ${why}`)].filter(Boolean).join('\n');
}

function costs({ withPolicies, withoutPolicies, policyCosts }: Explanation): string {
  if (!withPolicies || !withoutPolicies) return '';
  const lines = [
    planText('With row-level security', withPolicies),
    planText('Without', withoutPolicies),
    policyCosts.length > 0 && 'What each policy adds to reading its table:',
    ...policyCosts.map(
      ({ table, policy, cost, time }) => `  ${policy} on ${table}: cost ${round(cost)}, ${round(time)} ms`,
    ),
  ];
  return lines.filter(Boolean).join('\n');
}

function planText(title: string, plan: Plan | { error: string }): string {
  if ('error' in plan) return `${title}: ${plan.error}`;
  const lines = plan.text.split('\n').map((line) => dim(`  ${line}`));
  return `${title}: ${plan.rows} rows, cost ${round(plan.cost)}, ${round(plan.time)} ms\n${lines.join('\n')}`;
}

const count = (rows: number): string => `${rows} ${rows === 1 ? 'row' : 'rows'}`;
const round = (value: number): string => String(Math.round(value * 100) / 100);

function shorten(value: string | null): string {
  if (value === null) return 'null';
  return value.length > 40 ? `${value.slice(0, 37)}…` : value;
}

import { styleText } from 'node:util';
import { bold, dim } from '../../src/terminal.ts';
import type { Finding, Severity } from './rule.ts';

const colours = { error: 'red', warning: 'yellow', note: 'blue' } as const;

/** What a person reads: for each rule why it matters, each object it found, and the SQL that mends it. */
export function reportTable(findings: Finding[]): string {
  const byRule = [...Map.groupBy(findings, ({ rule }) => rule).values()];
  return byRule.map(describeRule).join('\n\n');
}

function describeRule(findings: Finding[]): string {
  const { rule, severity, title, why } = findings[0]!;
  const head = `${styleText(colours[severity], severity.padEnd(7))} ${bold(rule)}  ${title}`;
  return [head, ...wrapped(why).map((line) => `        ${dim(line)}`), ...findings.map(describeFinding)].join(
    '\n',
  );
}

function describeFinding({ object, message, mend }: Finding): string {
  const sql = (mend ?? '').split('\n').map((line) => styleText('green', `          ${line}`));
  return [
    '',
    `    ${styleText('cyan', '›')} ${bold(object)}`,
    ...wrapped(message).map((line) => `        ${line}`),
    ...(mend ? sql : []),
  ].join('\n');
}

/** Lines of at most 100 characters. */
function wrapped(text: string): string[] {
  return text.match(/.{1,100}(?:\s|$)|\S+/g)?.map((line) => line.trimEnd()) ?? [];
}

/** `2 errors, 1 warning`. */
export function countBySeverity(findings: { severity: Severity }[]): string {
  const severities: Severity[] = ['error', 'warning', 'note'];
  return severities
    .map((severity) => ({
      severity,
      count: findings.filter((finding) => finding.severity === severity).length,
    }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}${count === 1 ? '' : 's'}`)
    .join(', ');
}

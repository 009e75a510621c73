import { findDefinition } from '../migrations/find-definition.ts';
import type { MigrationFile } from '../migrations/read-migrations.ts';
import type { Finding } from './rule.ts';

/**
 * The findings as SARIF 2.1.0, for code scanning. A finding's place is where a migration last defines its object,
 * else the beginning of the first migration: GitHub shows no result without a place.
 */
export function reportSarif(findings: Finding[], migrations: MigrationFile[]) {
  const rules = [...Map.groupBy(findings, ({ rule }) => rule).values()].map(([finding]) => finding!);
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'policies lint',
            rules: rules.map(({ rule, title, why, severity }) => ({
              id: rule,
              shortDescription: { text: title },
              fullDescription: { text: why },
              help: { text: why },
              defaultConfiguration: { level: severity },
              properties: {
                tags: severity === 'note' ? ['maintainability'] : ['security', 'row-level security'],
                ...(severity === 'note' ? {} : { 'security-severity': severity === 'error' ? '8.0' : '4.0' }),
              },
            })),
          },
        },
        results: findings.map((finding) => ({
          ruleId: finding.rule,
          ruleIndex: rules.findIndex(({ rule }) => rule === finding.rule),
          level: finding.severity,
          message: { text: finding.mend ? `${finding.message}\n\n${finding.mend}` : finding.message },
          locations: [
            {
              physicalLocation: place(finding, migrations),
              logicalLocations: [{ fullyQualifiedName: finding.object }],
            },
          ],
          // What makes two findings of two runs the same one.
          partialFingerprints: { 'ruleAndObject/v1': `${finding.rule}: ${finding.object}` },
        })),
      },
    ],
  };
}

function place(finding: Finding, migrations: MigrationFile[]) {
  const found = finding.place ?? findDefinition(finding.object, migrations);
  return {
    artifactLocation: {
      uri: encodeURI((found?.file ?? migrations[0]?.file ?? 'migrations').replaceAll('\\', '/')),
    },
    region: { startLine: found?.line ?? 1 },
  };
}

import type { Statement } from './statement.ts';

const sections = [
  'schema',
  'default privileges',
  'extension',
  'type',
  'sequence',
  'table',
  'view',
  'function',
  'other',
];

const parts = [
  'sequence',
  'definition',
  'view query',
  'sequence owner',
  'column',
  'storage',
  'constraint',
  'index',
  'statistics',
  'row security',
  'policy',
  'rule',
  'trigger',
  'owner',
  'default privileges',
  'grant',
  'comment',
];

/** Orders by section, object, part and name, as code units and not as a locale would have it. */
export function compareStatements(a: Statement, b: Statement): number {
  return (
    sections.indexOf(a.section) - sections.indexOf(b.section) ||
    compareText(a.home, b.home) ||
    parts.indexOf(a.part) - parts.indexOf(b.part) ||
    compareText(a.name, b.name) ||
    compareText(a.sql, b.sql)
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

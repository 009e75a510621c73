import { sqlStatements } from '../../src/sql/statements.ts';
import type { MigrationFile } from './read-migrations.ts';

/** Statements that a label of the catalogue may stand for, as patterns of their beginnings without schemas and quotes. */
function patterns(label: string): RegExp[] {
  const name = (text: string) => text.replace(/\(.*$/s, '').split('.').at(-1)!.replaceAll('"', '');
  const own = (text: string) => `(?:[\\w"]+\\.)?"?${escaped(name(text))}"?(?![\\w"])`;
  const [, kind = '', first = '', second = ''] =
    /^(policy|trigger|constraint|grant to|column|schema|role|\w+(?: \w+)*?) (\S+)(?: on (\S+))?/.exec(
      label,
    ) ?? [];
  switch (kind) {
    case 'policy':
      return [new RegExp(`^create policy ${own(first)} on ${own(second)}`, 'i')];
    case 'trigger':
      return [new RegExp(`^create (?:or replace )?trigger ${own(first)}`, 'i')];
    case 'grant to':
      return [
        new RegExp(`^grant .* on (?:table )?.*${own(second)}.* to .*${own(first)}`, 'is'),
        table(own(second)),
      ];
    case 'constraint':
      return [new RegExp(`constraint ${own(first)}`, 'i'), table(own(second))];
    case 'column':
      return [table(own(first.replace(/\.[^.]+$/, '')))];
    default:
      return [new RegExp(`^create (?:or replace )?(?:\\w+ )*?(?:if not exists )?${own(first)}`, 'i')];
  }
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
const table = (name: string) => new RegExp(`^create (?:\\w+ )*?table (?:if not exists )?${name}`, 'i');

/** Where a migration last defines the object that a finding is about; null if none does. */
export function findDefinition(
  label: string,
  migrations: MigrationFile[],
): { file: string; line: number } | null {
  for (const pattern of patterns(label)) {
    for (const { file, text } of migrations.toReversed()) {
      const statement = sqlStatements(text).findLast(({ start, end }) =>
        pattern.test(text.slice(start, end)),
      );
      if (statement) return { file, line: text.slice(0, statement.start).split('\n').length };
    }
  }
  return null;
}

import type { Catalogue } from '../../catalogue/types.ts';
import { quoteName } from '../../sql/quote-name.ts';
import type { Found, Rule } from '../rule.ts';

const isSnakeCase = (name: string) => /^[a-z_][a-z0-9_]*$/.test(name);
const toSnakeCase = (name: string) =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9_]+/g, '_')
    .toLowerCase();

export const nameSnakeCase: Rule = {
  id: 'name-snake-case',
  severity: 'note',
  title: 'Names are in snake_case',
  why: 'Any other name has to be quoted wherever it is used, and is not found where somebody forgot to.',
  find: (catalogue) =>
    namedObjects(catalogue)
      .filter(({ name }) => !isSnakeCase(name))
      .map(({ label, name, alter, rename }) => ({
        object: label,
        message: `${quoteName(name)} is not in snake_case.`,
        mend: `alter ${alter} rename ${rename}to ${quoteName(toSnakeCase(name))};`,
      })),
};

type Named = Pick<Found, never> & { label: string; name: string; alter: string; rename: string };

function namedObjects({ relations, routines }: Catalogue): Named[] {
  const ofRelations = relations.flatMap((relation): Named[] => [
    {
      label: relation.label,
      name: relation.ownName,
      alter: `${alterable(relation.kind)} ${relation.name}`,
      rename: '',
    },
    ...relation.columns.map(({ label, name }) => ({
      label,
      name,
      alter: `${alterable(relation.kind)} ${relation.name}`,
      rename: `column ${quoteName(name)} `,
    })),
  ]);
  const ofRoutines = routines.map(({ label, ownName, kind, name }) => ({
    label,
    name: ownName,
    alter: `${kind} ${name}`,
    rename: '',
  }));
  return [...ofRelations, ...ofRoutines];
}

const alterable = (kind: string) => (kind === 'partitioned table' ? 'table' : kind);

import { findRole, usableRight } from '../catalogue/rights.ts';
import type { Catalogue, Relation } from '../catalogue/types.ts';
import { anchor, bullets, markdownTable, NONE } from './markdown.ts';
import { renderFunctions } from './render-functions.ts';
import { commandsInShort, renderRelation } from './render-relation.ts';

/** The options that chose what is shown, as they are given on the command line. */
export type MatrixOptions = { schemas: string[] | undefined; roles: string[] | undefined };

/** Who may do what, as Markdown: the same catalogue gives the same text, on PostgreSQL 15 to 18. */
export function renderMatrix(catalogue: Catalogue, options: MatrixOptions): string {
  const open = catalogue.relations.filter((relation) => isOpen(catalogue, relation));
  const closed = catalogue.relations.filter(
    (relation) => !open.includes(relation) && relation.kind !== 'sequence',
  );
  const parts = [
    '# Permissions',
    optionsLine(options),
    introduction,
    '## Roles',
    markdownTable(
      ['role', 'what it is'],
      catalogue.webRoles.map((role) => [role, describeRole(catalogue, role)]),
    ),
    '## Schemas',
    renderSchemas(catalogue),
    '## Overview',
    markdownTable(
      ['table', ...catalogue.webRoles],
      open.map((relation) => [
        `[${relation.name}](${anchor(relation.name)})`,
        ...catalogue.webRoles.map((role) => commandsInShort(catalogue, relation, role)),
      ]),
    ),
    ...(closed.length > 0
      ? ['### Tables and views that none of these roles reaches', bullets(closed.map(({ name }) => name))]
      : []),
    '## Tables and views',
    ...open.map((relation) => renderRelation(catalogue, relation)),
    '## Functions',
    ...renderFunctions(catalogue),
  ];
  return `${parts.join('\n\n')}\n`;
}

const introduction = `Who may do what in this database, as it works out: with what is granted to everybody and what comes by membership.
A right counts only where the role may use the schema. Which rows a right reaches its policies say: one of those joined
by _or_ must hold, and each joined by _and_. What triggers and functions check is not seen here.`;

/** Read again by `--check` and `--write`, so that nobody has to repeat the options. */
export const optionsLine = ({ schemas, roles }: MatrixOptions): string => {
  const flags = [
    ...(schemas ?? []).map((name) => ` --schema ${name}`),
    ...(roles ?? []).map((name) => ` --role ${name}`),
  ];
  return `<!-- Written by: npm run policies -- matrix --write${flags.join('')} -->`;
};

function isOpen(catalogue: Catalogue, relation: Relation): boolean {
  return catalogue.webRoles.some((role) =>
    relation.rights.some(({ privilege }) => usableRight(catalogue, relation, role, privilege)),
  );
}

function describeRole(catalogue: Catalogue, name: string): string {
  const role = findRole(catalogue, name);
  if (!role) return NONE;
  const others = (names: string[]) => names.filter((other) => other !== name && !other.startsWith('pg_'));
  const taken = others(role.canBecome).filter((other) => !role.has.includes(other));
  const facts = [
    ...(role.isSuperuser ? ['**superuser**'] : []),
    ...(role.bypassesRls ? ['**bypasses row-level security**'] : []),
    ...(role.canLogin ? ['logs in'] : []),
    ...(others(role.has).length > 0 && !role.isSuperuser
      ? [`has the rights of ${others(role.has).join(', ')}`]
      : []),
    ...(taken.length > 0 && !role.isSuperuser ? [`may become ${taken.join(', ')}`] : []),
  ];
  return facts.join('; ') || NONE;
}

function renderSchemas({ schemas, webRoles }: Catalogue): string {
  return markdownTable(
    ['schema', ...webRoles],
    schemas.map(({ name, usableBy, creatableBy }) => [
      name,
      ...webRoles.map((role) => {
        const rights = [
          ...(usableBy.includes(role) ? ['usage'] : []),
          ...(creatableBy.includes(role) ? ['**create**'] : []),
        ];
        return rights.join(', ') || NONE;
      }),
    ]),
  );
}

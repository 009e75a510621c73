import { COMMANDS, hasRole, isTable } from '../../catalogue/rights.ts';
import type { Catalogue, Command, Relation, TableRight } from '../../catalogue/types.ts';
import { quoteName } from '../../sql/quote-name.ts';
import type { MakeMutants, Mutant } from '../mutant.ts';

/** Row-level security switched off, table by table. */
export const disabledRls: MakeMutants = ({ relations }) =>
  relations
    .filter((relation) => isTable(relation) && relation.hasRls)
    .map(
      (relation): Mutant => ({
        id: `disable rls: ${relation.name}`,
        operator: 'disable rls',
        object: `row-level security of ${relation.name}`,
        sql: `alter table ${relation.name} disable row level security`,
        wouldKill: `somebody cannot reach a row of ${relation.name} that no policy allows`,
        target: relation.name,
        after: { relation: { ...relation, hasRls: false } },
      }),
    );

/** Grants that list columns, given for the whole table. */
export const widenedColumns: MakeMutants = (catalogue) =>
  catalogue.relations.filter(isTable).flatMap((relation) =>
    columnGrants(relation).map(({ grantee, privilege }): Mutant => {
      const others = relation.columns
        .filter(
          ({ grants }) => !grants.some((grant) => grant.grantee === grantee && grant.privilege === privilege),
        )
        .map(({ name }) => name);
      return {
        id: `widen columns: ${privilege} on ${relation.name} to ${grantee}`,
        operator: 'widen columns',
        object: `grant of ${privilege} (columns) on ${relation.name} to ${grantee}`,
        sql: `grant ${privilege} on ${relation.name} to ${toGrantee(grantee)}`,
        wouldKill: `${grantee} is refused ${privilege} of ${others.join(', ')} on ${relation.name}`,
        target: relation.name,
        after: { relation: granted(catalogue, relation, grantee, privilege as Command) },
      };
    }),
  );

/** A command that a role lacks on a table that it, or another role, has a policy for. */
export const grantedCommands: MakeMutants = (catalogue) =>
  catalogue.relations.filter(isTable).flatMap((relation) =>
    catalogue.webRoles.flatMap((role) =>
      COMMANDS.filter(
        (command) => !relation.rights.some((right) => right.role === role && right.privilege === command),
      ).map(
        (command): Mutant => ({
          id: `grant command: ${command} on ${relation.name} to ${role}`,
          operator: 'grant command',
          object: `missing grant of ${command} on ${relation.name} to ${role}`,
          sql: `grant ${command} on ${relation.name} to ${quoteName(role)}`,
          wouldKill: `${role} is refused ${command} on ${relation.name}`,
          target: relation.name,
          after: { relation: granted(catalogue, relation, role, command) },
        }),
      ),
    ),
  );

const toGrantee = (grantee: string): string => (grantee === 'public' ? 'public' : quoteName(grantee));

/** Every pair of grantee and command that is granted for columns only. */
function columnGrants(relation: Relation): { grantee: string; privilege: string }[] {
  const pairs = relation.columns
    .flatMap(({ grants }) => grants)
    .filter(({ privilege }) => COMMANDS.includes(privilege as Command))
    .filter(
      ({ grantee, privilege }) =>
        !relation.grants.some((grant) => grant.grantee === grantee && grant.privilege === privilege),
    );
  return [...new Map(pairs.map((pair) => [`${pair.grantee} ${pair.privilege}`, pair])).values()];
}

/** The relation with a command granted on the whole of it, to a role and all that have its rights. */
function granted(catalogue: Catalogue, relation: Relation, grantee: string, privilege: Command): Relation {
  const wider = relation.rights.filter(
    (right) => right.privilege !== privilege || !hasRole(catalogue, right.role, grantee),
  );
  const roles = new Set([...catalogue.webRoles, grantee].filter((role) => hasRole(catalogue, role, grantee)));
  const rights: TableRight[] = [...roles].map((role) => ({ role, privilege, columns: 'all' }));
  return { ...relation, rights: [...wider, ...rights] };
}

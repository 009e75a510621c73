import { policyCalls } from '../../catalogue/policy-calls.ts';
import { policyBinds } from '../../catalogue/rights.ts';
import type { Catalogue, Grant, Routine } from '../../catalogue/types.ts';
import { quoteName, quoteNames } from '../../sql/quote-name.ts';
import { revoke } from '../mend.ts';
import { clausesOf } from '../policy-findings.ts';
import type { Found, Rule } from '../rule.ts';

export const grantToPublic: Rule = {
  id: 'grant-to-public',
  severity: 'error',
  title: 'Nothing is granted to public',
  why: 'public is every role there is and every role to come, anonymous and the server’s own login among them. Functions are granted to it unless that was revoked.',
  find: (catalogue) => [...onSchemas(catalogue), ...onRelations(catalogue), ...onRoutines(catalogue)],
};

const toPublic = (grants: Grant[]) =>
  grants.filter(({ grantee }) => grantee === 'public').map(({ privilege }) => privilege);

/** Usage of the schema `public` is PostgreSQL's default, and lets everybody use the types of extensions there. */
function onSchemas({ schemas }: Catalogue): Found[] {
  return schemas.flatMap(({ name, label, grants }) => {
    const privileges = toPublic(grants).filter((privilege) => name !== 'public' || privilege === 'create');
    if (privileges.length === 0) return [];
    return {
      object: label,
      message: `Everybody has ${privileges.join(' and ')} on the schema ${name}.`,
      mend: `revoke ${privileges.join(', ')} on schema ${quoteName(name)} from public;`,
    };
  });
}

function onRelations({ relations }: Catalogue): Found[] {
  return relations.flatMap((relation) => {
    const grants = [relation.grants, ...relation.columns.map((column) => column.grants)].flat();
    const privileges = [...new Set(toPublic(grants))];
    if (privileges.length === 0) return [];
    return {
      object: relation.label,
      message: `Everybody may ${privileges.join(', ')} ${relation.name}. Grant by name what is needed.`,
      mend: revoke(privileges, relation, 'public'),
    };
  });
}

function onRoutines(catalogue: Catalogue): Found[] {
  return catalogue.routines
    .filter(({ grants }) => toPublic(grants).length > 0)
    .map((routine) => ({
      object: routine.label,
      message: `Everybody may execute ${routine.name}. Grant it by name to those who need it.`,
      mend: [
        `revoke execute on ${routine.kind} ${routine.name} from public;`,
        ...byName(catalogue, routine),
      ].join('\n'),
    }));
}

/**
 * Clients go on working when those who can call it now are named; of a definer function only those are whose policies
 * need it.
 */
function byName(catalogue: Catalogue, routine: Routine): string[] {
  const schema = catalogue.schemas.find(({ name }) => name === routine.schema);
  const roles = catalogue.webRoles.filter(
    (role) =>
      schema?.usableBy.includes(role) && (!routine.isDefiner || isInPolicyFor(catalogue, routine, role)),
  );
  if (roles.length === 0 || routine.isTrigger) return [];
  return [`grant execute on ${routine.kind} ${routine.name} to ${quoteNames(roles)};`];
}

function isInPolicyFor(catalogue: Catalogue, routine: Routine, role: string): boolean {
  return catalogue.relations
    .flatMap(({ policies }) => policies)
    .filter((policy) => policyBinds(catalogue, policy, role))
    .flatMap(clausesOf)
    .flatMap(({ expression }) => policyCalls(catalogue, expression))
    .some((call) => call.routine.oid === routine.oid);
}

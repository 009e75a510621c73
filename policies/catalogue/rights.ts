import type { Catalogue, Command, Policy, Privilege, Relation, Role, Routine, TableRight } from './types.ts';

export const COMMANDS: Command[] = ['select', 'insert', 'update', 'delete'];

export const findRole = (catalogue: Catalogue, name: string): Role | undefined =>
  catalogue.roles.find((role) => role.name === name);

/** Whether `role` has the rights of `other` without doing anything; everybody has those of `public`. */
export function hasRole(catalogue: Catalogue, role: string, other: string): boolean {
  return other === 'public' || role === other || (findRole(catalogue, role)?.has.includes(other) ?? false);
}

/** Roles whose rights a request may come to use and policies limit: the web roles and what they inherit. */
export function requestRoles(catalogue: Catalogue): string[] {
  const roles = catalogue.webRoles.flatMap((name) => findRole(catalogue, name)?.has ?? []);
  return [...new Set(roles)].filter((name) => {
    const role = findRole(catalogue, name);
    return !role?.isSuperuser && !role?.bypassesRls;
  });
}

/** Logins that may take a web role, superusers aside: what a server that sets roles logs in as. */
export function serverLogins(catalogue: Catalogue): Role[] {
  return catalogue.roles.filter(
    (role) =>
      role.canLogin && !role.isSuperuser && catalogue.webRoles.some((web) => role.canBecome.includes(web)),
  );
}

export const policyCovers = (policy: Policy, command: Command): boolean =>
  policy.command === 'all' || policy.command === command;

export const policyBinds = (catalogue: Catalogue, policy: Policy, role: string): boolean =>
  policy.roles.some((named) => hasRole(catalogue, role, named));

/** A right on a table that the role can use: without usage of the schema it is worth nothing. */
export function usableRight(
  catalogue: Catalogue,
  relation: Relation,
  role: string,
  privilege: Privilege,
): TableRight | undefined {
  const schema = catalogue.schemas.find(({ name }) => name === relation.schema);
  if (!schema?.usableBy.includes(role)) return undefined;
  return relation.rights.find((right) => right.role === role && right.privilege === privilege);
}

export function mayCall(catalogue: Catalogue, routine: Routine, role: string): boolean {
  const schema = catalogue.schemas.find(({ name }) => name === routine.schema);
  return (
    !routine.isTrigger && routine.executableBy.includes(role) && (schema?.usableBy.includes(role) ?? false)
  );
}

/** Whether no policy holds for the role on the table, whatever they say. */
export function escapesPolicies(catalogue: Catalogue, relation: Relation, roleName: string): boolean {
  const role = findRole(catalogue, roleName);
  if (role?.isSuperuser || role?.bypassesRls) return true;
  return !relation.hasRls || (!relation.forcesRls && hasRole(catalogue, roleName, relation.owner));
}

export const isTable = (relation: Relation): boolean =>
  relation.kind === 'table' || relation.kind === 'partitioned table';

import type { ClientBase } from 'pg';
import { StartError } from '../../src/errors.ts';
import { readQuery } from './read-query.ts';

/** Which part of a database to look at; what is undefined or empty is chosen by looking. */
export type ScopeOptions = { schemas?: string[] | undefined; roles?: string[] | undefined };
export type Scope = { schemas: string[]; roles: string[] };

const USUAL_ROLES = ['anonymous', 'webuser', 'webadmin'];

/**
 * The schemas and roles that were asked for; or all schemas but the system's and those of extensions, and the roles
 * anonymous, webuser and webadmin, or, where nothing is granted to these, every role but superusers to which
 * something is.
 *
 * @throws StartError `NOT_FOUND`, naming what does not exist; `NO_ROLES` when nothing is granted to anybody.
 */
export async function chooseScope(client: ClientBase, options: ScopeOptions): Promise<Scope> {
  const schemas = options.schemas?.length
    ? await existing(client, 'schema', 'select nspname as name from pg_namespace', options.schemas)
    : (await readQuery<{ name: string }>(client, 'schema-names')).map(({ name }) => name);
  if (options.roles?.length) {
    const roles = await existing(client, 'role', 'select rolname as name from pg_roles', options.roles);
    return { schemas, roles };
  }

  const granted = (await readQuery<{ name: string }>(client, 'web-roles', schemas)).map(({ name }) => name);
  const usual = USUAL_ROLES.filter((name) => granted.includes(name));
  const roles = usual.length > 0 ? usual : granted;
  if (roles.length === 0) {
    const where = schemas.length > 0 ? `the schemas ${schemas.join(', ')}` : 'this database';
    throw new StartError(
      'NO_ROLES',
      `Nothing in ${where} is granted to any role but superusers. Has the database been migrated (npm run migrate)? Otherwise name the roles that requests run as with --role.`,
    );
  }
  return { schemas, roles };
}

async function existing(client: ClientBase, what: string, query: string, asked: string[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(query);
  const missing = asked.filter((name) => !rows.some((row) => row.name === name));
  if (missing.length > 0) {
    throw new StartError('NOT_FOUND', `There is no ${what} ${missing.join(', ')} in this database.`);
  }
  return [...new Set(asked)];
}

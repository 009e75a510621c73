import type pg from 'pg';
import { requireUtf8Cluster } from './require-utf8.ts';
import { type DatabaseUrls, parseDatabaseUrl, withParts } from './urls.ts';
import { withClient } from './with-client.ts';

/** The role to which the migrations give what the server itself may do. */
const SERVER_ROLE = 'authenticator';

/**
 * Creates, or brings up to date, what is cluster-wide and therefore not part of a migration: the roles, with the
 * passwords of their URLs, and the database. Safe to run again. A server that logs in under another name than `authenticator`
 * is a member of that role.
 *
 * @throws StartError `DATABASE_ENCODING`
 */
export async function setupRoles(urls: DatabaseUrls & { root: string }): Promise<void> {
  const owner = parseDatabaseUrl(urls.owner);
  const authenticator = parseDatabaseUrl(urls.authenticator);

  await withClient(urls.root, async (client) => {
    // Two setups at once, e.g. of two servers that start together, would change the same rows of the catalogue.
    await client.query(`select pg_advisory_lock(hashtext('rowgate setup'))`);
    await requireUtf8Cluster(client, owner.database);
    await createLoginRole(client, owner, '');
    await createServerRole(client, authenticator);
    await createWebRoles(client);
    await limitWhatAQueryMayTake(client, authenticator.user);
    await createDatabase(client, owner.database, owner.user);
  });

  await withClient(withParts(urls.root, { database: owner.database }), async (client) => {
    const database = client.escapeIdentifier(owner.database);
    await client.query(`revoke all on database ${database} from public`);
    await client.query(
      `grant connect on database ${database} to ${client.escapeIdentifier(authenticator.user)}`,
    );
    await client.query('revoke create on schema public from public');
  });
}

async function createLoginRole(
  client: pg.Client,
  { user, password }: { user: string; password: string },
  attributes: string,
): Promise<void> {
  const role = client.escapeIdentifier(user);
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [user]);
  if (rowCount === 0) await client.query(`create role ${role}`);
  // A peer or certificate login has no password; it is left as it is.
  const withPassword = password ? `password ${client.escapeLiteral(password)}` : '';
  await client.query(`alter role ${role} with login ${attributes} ${withPassword}`);
}

/** noinherit: it has the rights of a web role only once it has taken that role. */
async function createServerRole(client: pg.Client, login: { user: string; password: string }): Promise<void> {
  if (login.user === SERVER_ROLE) return createLoginRole(client, login, 'noinherit');
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [SERVER_ROLE]);
  if (rowCount === 0) await client.query(`create role ${SERVER_ROLE} nologin noinherit`);
  await createLoginRole(client, login, 'inherit');
  const inherits = (await isRecent(client)) ? 'with inherit true, set true' : '';
  await client.query(`grant ${SERVER_ROLE} to ${client.escapeIdentifier(login.user)} ${inherits}`);
}

/** Since 16 it is the grant that says whether rights are inherited; the role's attribute is only what new grants begin with. */
async function isRecent(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query(
    `select current_setting('server_version_num')::int >= 160000 as is_recent`,
  );
  return rows[0].is_recent;
}

async function createWebRoles(client: pg.Client): Promise<void> {
  const mayBecome = (await isRecent(client)) ? 'with inherit false, set true' : '';
  for (const role of ['anonymous', 'webuser', 'webadmin']) {
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
    if (rowCount === 0) await client.query(`create role ${role} nologin`);
    await client.query(`grant ${role} to ${SERVER_ROLE} ${mayBecome}`);
  }
  await client.query('grant webuser to webadmin');
}

/** A request may not hold the database: see docs/operations.md for what to change where. */
async function limitWhatAQueryMayTake(client: pg.Client, authenticator: string): Promise<void> {
  const limits = {
    statement_timeout: '5s',
    lock_timeout: '2s',
    idle_in_transaction_session_timeout: '10s',
    // Compiling costs more than the short queries of an API ever win back.
    jit: 'off',
  };
  for (const [name, value] of Object.entries(limits)) {
    await client.query(`alter role ${client.escapeIdentifier(authenticator)} set ${name} = '${value}'`);
  }
}

async function createDatabase(client: pg.Client, database: string, owner: string): Promise<void> {
  // Who is no superuser may give a database only to a role that they may act as, which making the role does not include.
  const { rows } = await client.query(`select pg_has_role($1, 'usage') as may_act`, [owner]);
  if (!rows[0].may_act) await client.query(`grant ${client.escapeIdentifier(owner)} to current_user`);
  const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
  if (rowCount === 0) {
    await client.query(
      `create database ${client.escapeIdentifier(database)} owner ${client.escapeIdentifier(owner)}`,
    );
  }
}

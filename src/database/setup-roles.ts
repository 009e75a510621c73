import type pg from 'pg';
import { type DatabaseUrls, parseDatabaseUrl, withParts } from './urls.ts';
import { withClient } from './with-client.ts';

/**
 * Creates, or brings up to date, what is cluster-wide and therefore not part of a migration: the roles, with the
 * passwords of their URLs, and the database. Safe to run again.
 */
export async function setupRoles(urls: DatabaseUrls & { root: string }): Promise<void> {
  const owner = parseDatabaseUrl(urls.owner);
  const authenticator = parseDatabaseUrl(urls.authenticator);

  await withClient(urls.root, async (client) => {
    // Two setups at once, e.g. of two servers that start together, would change the same rows of the catalogue.
    await client.query(`select pg_advisory_lock(hashtext('rowgate setup'))`);
    await createLoginRole(client, owner, '');
    // noinherit: it has the rights of a web role only once it has taken that role.
    await createLoginRole(client, authenticator, 'noinherit');
    await createWebRoles(client, authenticator.user);
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

async function createWebRoles(client: pg.Client, authenticator: string): Promise<void> {
  // Since 16 it is the grant that says whether rights are inherited; `noinherit` is only what new grants begin with.
  const { rows } = await client.query(
    `select current_setting('server_version_num')::int >= 160000 as is_recent`,
  );
  const mayBecome = rows[0].is_recent ? 'with inherit false, set true' : '';
  for (const role of ['anonymous', 'webuser', 'webadmin']) {
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
    if (rowCount === 0) await client.query(`create role ${role} nologin`);
    await client.query(`grant ${role} to ${client.escapeIdentifier(authenticator)} ${mayBecome}`);
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

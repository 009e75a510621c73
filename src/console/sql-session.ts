import pg from 'pg';
import type { DatabaseUrls } from '../database/urls.ts';
import { StartError } from '../errors.ts';
import { openSession } from '../graphile/session-flush.ts';
import { type ConsoleSession, openConsoleSession } from './console-session.ts';
import { refuseActing } from './read-only-statement.ts';

/** Who sends SQL: the owner of the schema; a request, with a user's session or without; any role the server may take. */
export type Identity = { is: 'owner' } | { is: 'user'; name: string } | { is: 'role'; name: string };

/** Rows as PostgreSQL wrote them. */
export type Rows = { command: string; count: number | null; columns: Column[]; rows: (string | null)[][] };
export type Column = { name: string; isNumber: boolean };

/** A connection on which somebody sends SQL, one transaction after another. */
export type SqlSession = {
  /** Who it is. */
  name: string;
  begin(): Promise<void>;
  /** One statement; outside of a transaction it is one of its own. */
  query(statement: string): Promise<Rows>;
  commit(): Promise<Rows>;
  rollback(): Promise<void>;
  /** `I` outside of a transaction, `T` inside, `E` inside one that has failed. */
  readonly status: 'I' | 'T' | 'E';
  /** Stops the statement that runs. */
  cancel(): Promise<void>;
  close(): Promise<void>;
};

/** What begins a transaction, once the connection is there. */
type Begin = (client: pg.PoolClient) => Promise<unknown>;

/** Types of PostgreSQL that are written with their last digits below each other. */
const NUMBERS = new Set([20, 21, 23, 26, 700, 701, 1700]);
const asWritten = { getTypeParser: () => (value: string) => value };

/**
 * Opens a connection for somebody. A user's statements run under what a request of theirs runs under: the server's login,
 * `resolve_session`, and the role it names. For that the owner makes a session of the user's, which `close` takes away.
 *
 * @param options.isReadOnly every transaction is, whatever its statements say
 * @throws StartError `NOT_FOUND` for nobody, `NOT_ALLOWED` for a superuser that is to be read-only
 */
export async function openSqlSession(
  urls: DatabaseUrls,
  identity: Identity,
  { isReadOnly = false } = {},
): Promise<SqlSession> {
  if (identity.is === 'owner') {
    const session = await connect('owner', urls.owner, beginAsOwner(isReadOnly), isReadOnly, !isReadOnly);
    return isReadOnly ? refuseSuperuser(session) : session;
  }
  if (identity.is === 'role' && identity.name !== 'anonymous')
    return connect(identity.name, urls.authenticator, beginAsRole(identity.name, isReadOnly), isReadOnly);
  const own = identity.is === 'user' ? await openConsoleSession(urls.owner, identity.name) : null;
  try {
    const begin = beginAsRequest(own, isReadOnly);
    const session = await connect(own?.username ?? 'anonymous', urls.authenticator, begin, isReadOnly);
    return {
      ...session,
      get status() {
        return session.status;
      },
      close: async () => {
        await session.close();
        await own?.close();
      },
    };
  } catch (error) {
    await own?.close();
    throw error;
  }
}

const beginAsOwner =
  (isReadOnly: boolean): Begin =>
  async (client) => {
    await client.query(isReadOnly ? 'begin read only' : 'begin');
    // Once something was asked, PostgreSQL no longer lets a statement make the transaction writable.
    if (isReadOnly) await client.query('select');
  };

const beginAsRole =
  (role: string, isReadOnly: boolean): Begin =>
  async (client) => {
    await client.query(isReadOnly ? 'begin read only' : 'begin');
    await client.query(`set local role ${client.escapeIdentifier(role)}`);
    await client.query('select');
  };

/** As the server begins it, by the server's own code. */
const beginAsRequest =
  (own: ConsoleSession | null, isReadOnly: boolean): Begin =>
  async (client) => {
    await own?.keepAlive();
    const settings = { 'app.session_id': own?.id, 'app.request': '{"client": "npm run console"}' };
    const options = { settings, isReadOnly, preparesStatements: false, onSessionResolved: () => {} };
    await openSession(client, { text: 'select' }, options);
  };

/** No transaction keeps a superuser's statement from files and programs. */
async function refuseSuperuser(session: SqlSession): Promise<SqlSession> {
  const { rows } = await session.query('show is_superuser');
  if (rows[0]?.[0] !== 'on') return session;
  await session.close();
  throw new StartError(
    'NOT_ALLOWED',
    'DATABASE_OWNER_URL names a superuser, who can write files in a read-only transaction too. Name the owner of the schema, or start the console with --as, --role or --write.',
  );
}

async function connect(
  name: string,
  connectionString: string,
  begin: Begin,
  isReadOnly: boolean,
  commitsByItself = false,
): Promise<SqlSession> {
  const config = { connectionString, connectionTimeoutMillis: 5_000, types: asWritten, pipeline: true };
  const client = new pg.Client(config as pg.ClientConfig) as unknown as pg.PoolClient;
  client.on('error', () => {}); // the statement in progress has its own error
  await client.connect();
  // A database may have it otherwise; statements are checked as they are read with this.
  if (isReadOnly) await client.query('set standard_conforming_strings = on');
  const status = () =>
    (client as unknown as { getTransactionStatus(): SqlSession['status'] }).getTransactionStatus();
  const send = async (text: string): Promise<Rows> => {
    // With the extended protocol PostgreSQL takes one statement, whatever looks like one here.
    const query = { text, rowMode: 'array', queryMode: 'extended' } as pg.QueryArrayConfig;
    const result = await client.query<(string | null)[]>(query).catch(async (error) => {
      // The error comes before word of what became of the transaction.
      await client.query('').catch(() => {});
      throw error;
    });
    const columns = result.fields.map((field) => ({
      name: field.name,
      isNumber: NUMBERS.has(field.dataTypeID),
    }));
    return { command: result.command, count: result.rowCount, columns, rows: result.rows };
  };
  const rollback = async () => void (await client.query('rollback'));
  /** A beginning that failed, e.g. because the session has ended, leaves nothing open. */
  const open = async () => {
    try {
      await begin(client);
    } catch (error) {
      await rollback();
      throw error;
    }
  };
  return {
    name,
    begin: open,
    commit: () => send('commit'),
    rollback,
    get status() {
      return status();
    },
    async query(statement) {
      if (isReadOnly && status() !== 'E') await refuseActing(client, statement);
      if (status() !== 'I' || commitsByItself) return send(statement);
      await open();
      try {
        const result = await send(statement);
        await client.query('commit');
        return result;
      } catch (error) {
        await rollback();
        throw error;
      }
    },
    async cancel() {
      const { cancelStatements } = await import('../database/cancel-statements.ts');
      await cancelStatements(client);
    },
    close: () => (client as unknown as pg.Client).end(),
  };
}

/** What a person may write for whom: `owner`, `anonymous`, or a user's name or e-mail address. */
export function identityOf(name: string): Identity {
  if (name === 'owner') return { is: 'owner' };
  return name === 'anonymous' ? { is: 'role', name } : { is: 'user', name };
}

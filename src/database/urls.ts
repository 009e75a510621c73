import pg from 'pg';

/** How to reach one database in its three roles. */
export type DatabaseUrls = {
  /** The server: may do nothing until a session gives it a role. */
  authenticator: string;
  /** Migrations and the worker. */
  owner: string;
  /** A superuser, or one who may create roles and databases; undefined where the operator keeps that to themselves. */
  root: string | undefined;
};

/** The parts of a database URL. */
export type DatabaseParts = {
  user: string;
  /** Empty for a login without one. */
  password: string;
  database: string;
  /** A name, an address without brackets, or the folder of a Unix socket. */
  host: string;
  port: number;
};

/**
 * Reads a database URL as the driver does, which every connection goes through: `?host=/folder` and `%2Ffolder` name a socket.
 *
 * @throws Error without the URL in it, when the driver cannot read it
 */
export function parseDatabaseUrl(url: string): DatabaseParts {
  // The driver only parses at this point; it connects later.
  const { user, password, database, host, port } = new pg.Client({ connectionString: url });
  return { user: user ?? '', password: password ?? '', database: database ?? '', host, port };
}

/** The same server, another database or user. */
export function withParts(
  url: string,
  changes: { user?: string; password?: string; database?: string },
): string {
  const { user, password, database, host, port } = { ...parseDatabaseUrl(url), ...changes };
  // Only these are given again as part of the address.
  const rest = new URLSearchParams(/\?([^#]*)/.exec(url)?.[1]);
  for (const name of ['host', 'port', 'user', 'password']) rest.delete(name);
  const address = host.includes(':') && !host.startsWith('/') ? `[${host}]` : encodeURIComponent(host);
  const login = encodeURIComponent(user) + (password && `:${encodeURIComponent(password)}`);
  return `postgres://${login}@${address}:${port}/${encodeDatabase(database)}${rest.size > 0 ? `?${String(rest).replaceAll('+', '%20')}` : ''}`;
}

/** The driver leaves other characters of the name as they are, encoded or not. */
const encodeDatabase = (name: string) => encodeURI(name).replace(/[?#]/g, encodeURIComponent);

/** Where a database is, for a message: without user and password. */
export function describeAddress(url: string): string {
  const { host, port } = parseDatabaseUrl(url);
  return host.startsWith('/') ? `the socket in ${host}` : `${host}:${port}`;
}

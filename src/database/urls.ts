/** How to reach one database in its three roles. */
export type DatabaseUrls = {
  /** The server: may do nothing until a session gives it a role. */
  authenticator: string;
  /** Migrations and the worker. */
  owner: string;
  /** A superuser, or one who may create roles and databases; undefined where the operator keeps that to themselves. */
  root: string | undefined;
};

/** The parts of a database URL, percent-decoded. */
export function parseDatabaseUrl(url: string) {
  const { username, password, pathname } = new URL(url);
  return {
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
  };
}

/** The same server, another database or user. */
export function withParts(
  url: string,
  parts: { user?: string; password?: string; database?: string },
): string {
  const changed = new URL(url);
  if (parts.user !== undefined) changed.username = encodeURIComponent(parts.user);
  if (parts.password !== undefined) changed.password = encodeURIComponent(parts.password);
  if (parts.database !== undefined) changed.pathname = `/${encodeURIComponent(parts.database)}`;
  return changed.href;
}

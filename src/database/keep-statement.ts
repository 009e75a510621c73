/** Prepared statements that a connection keeps; each costs the server some kilobytes. */
const CAPACITY = 200;

/** By connection, the names of its prepared statements; the one that was used last comes last. */
const namesByConnection = new WeakMap<object, Set<string>>();

/**
 * Notes that a connection is about to use a prepared statement. Clients choose the documents, and so how many different
 * statements there are, so a connection keeps only so many.
 *
 * @returns the name of the statement that is to be given up for it, which was used longest ago; undefined for none.
 */
export function keepStatement(connection: object, name: string): string | undefined {
  const names = namesByConnection.get(connection) ?? new Set();
  namesByConnection.set(connection, names);
  names.delete(name);
  names.add(name);
  if (names.size <= CAPACITY) return undefined;
  const [oldest] = names;
  names.delete(oldest as string);
  return oldest;
}

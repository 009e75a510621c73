import pg from 'pg';

/** What runs a statement in its transaction. `keepsPortal`: it is answered piece by piece, as a cursor is. */
export type Gate = <T>(text: string | undefined, send: () => Promise<T>, keepsPortal: boolean) => Promise<T>;

/** The parts of a query object of `pg` that it is driven by. */
type Submittable = {
  submit(connection: unknown): unknown;
  text?: string;
  cursor?: { text?: string };
  callback?: Callback | undefined;
  handleError(error: Error, connection: unknown): unknown;
  handleReadyForQuery(...args: unknown[]): unknown;
};
type Callback = (error: Error | null, result?: unknown) => void;
type Config = string | (pg.QueryConfig & { callback?: Callback });

const isSubmittable = (config: object | string): config is Submittable =>
  typeof (config as Submittable).submit === 'function';

/** Returning the connection, or closing it, is not for the callback that has borrowed it. */
const FORBIDDEN = new Set<PropertyKey>(['release', 'end', 'connect']);

/** The `pg` client as plugins see it: whatever is sent by it, in any form, goes through the gate. */
export function makeRawClient(client: pg.PoolClient, gate: Gate): pg.PoolClient {
  const query = (config: Config | Submittable, values?: unknown, callback?: Callback) => {
    if (config == null) throw new TypeError('Client was passed a null or undefined query');
    const done = typeof values === 'function' ? (values as Callback) : callback;
    if (isSubmittable(config)) return submitThrough(gate, client, config, done);
    const text = typeof config === 'string' ? config : config.text;
    const own = typeof config === 'string' ? undefined : config.callback;
    const given = typeof config === 'string' ? config : { ...config, callback: undefined };
    const parameters = typeof values === 'function' ? undefined : (values as unknown[] | undefined);
    const result = gate(text, () => client.query(given as pg.QueryConfig, parameters as unknown[]), false);
    const answer = done ?? own;
    if (!answer) return result;
    // Outside of the promise: what a callback throws is not an error of the statement.
    result.then(
      (rows) => process.nextTick(answer, null, rows),
      (error) => process.nextTick(answer, error),
    );
    return undefined;
  };

  return new Proxy(client, {
    get(target, key) {
      if (key === 'query') return query;
      if (FORBIDDEN.has(key))
        return () => {
          throw new Error(
            `${String(key)}() is not for plugins: the connection is given back after the callback.`,
          );
        };
      const value = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Returns the object at once, as `pg` does, and submits it when its turn comes. */
function submitThrough(
  gate: Gate,
  client: pg.PoolClient,
  query: Submittable,
  callback: Callback | undefined,
): Submittable {
  query.callback ??= callback;
  let isSubmitted = false;
  const keepsPortal = !(query instanceof pg.Query);
  const submit = () => {
    isSubmitted = true;
    return submitted(client, query);
  };
  gate(query.text ?? query.cursor?.text, submit, keepsPortal).catch((error) => {
    // Otherwise `pg` has told it.
    if (!isSubmitted) query.handleError(error, (client as unknown as { connection: unknown }).connection);
  });
  return query;
}

/** Resolves when the database has answered all of it. */
function submitted(client: pg.PoolClient, query: Submittable): Promise<void> {
  return new Promise((resolve, reject) => {
    const { handleError, handleReadyForQuery, callback } = query;
    const isCalledBack = callback !== undefined;
    // `pg` ends its timer for a query in the callback, which a cursor does not call: the timer would hit a later request.
    const stopTimer = () => {
      if (!isCalledBack) query.callback?.(null);
    };
    query.handleReadyForQuery = (...args) => {
      stopTimer();
      resolve();
      return handleReadyForQuery.apply(query, args);
    };
    query.handleError = (error, connection) => {
      stopTimer();
      reject(error);
      return handleError.call(query, error, connection);
    };
    client.query(query as unknown as pg.Query);
  });
}

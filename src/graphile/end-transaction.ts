import type pg from 'pg';

type Corkable = pg.PoolClient & { connection: { stream: { cork(): void; uncork(): void } } };

/** Fails, with a division by zero, when the role is no longer the one that the prologue has set. */
const CHECK_ROLE = `select 1 / (current_setting('role') = $1)::integer`;
const ROLE_CHANGED = '22012';
/** What PostgreSQL answers in a transaction in which a statement has failed. */
const ABORTED = '25P02';

/** Undoes what a callback may have set on the connection for longer than its transaction. */
const CLEAN_UP =
  'reset session authorization; reset role; reset all; close all; unlisten *; select pg_advisory_unlock_all()';

export type Ending = {
  /** Why nothing was committed: `aborted` when only an earlier statement was. */
  failure: unknown | 'aborted' | null;
  /** The connection is outside of a transaction, and as if new. */
  isClean: boolean;
};

/**
 * Ends a transaction and cleans the connection, in one write.
 *
 * @param role the role that it must still have, or null to roll it back
 */
export async function endTransaction(client: pg.PoolClient, role: string | null): Promise<Ending> {
  const { stream } = (client as Corkable).connection;
  stream.cork();
  const statements = [
    role === null ? null : client.query(CHECK_ROLE, [role]),
    client.query(role === null ? 'rollback' : 'commit'),
    client.query(CLEAN_UP),
  ] as const;
  stream.uncork();
  const [check, end, cleaning] = await Promise.allSettled(statements);
  return {
    failure: findFailure(check, end, role !== null),
    isClean: end.status === 'fulfilled' && cleaning.status === 'fulfilled',
  };
}

function findFailure(
  check: PromiseSettledResult<unknown>,
  end: PromiseSettledResult<pg.QueryResult>,
  commits: boolean,
): unknown {
  if (end.status === 'rejected') return end.reason;
  if (check.status === 'rejected' && check.reason.code === ROLE_CHANGED)
    return new Error(
      'A statement has changed the role or ended the transaction, so the rest was not committed. Leave both to the server.',
    );
  if (check.status === 'rejected' && check.reason.code !== ABORTED) return check.reason;
  return commits && end.value.command !== 'COMMIT' ? 'aborted' : null;
}

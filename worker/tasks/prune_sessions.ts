import type { Task } from 'graphile-worker';

/** Removes what has expired: sessions, their cookies, old failed logins. */
const task: Task = async (_payload, { withPgClient, logger }) => {
  const { rows } = await withPgClient((client) =>
    client.query('select app_private.prune_sessions() as count'),
  );
  logger.info(`${rows[0].count} sessions pruned`);
};

export default task;

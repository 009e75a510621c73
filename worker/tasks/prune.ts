import { z } from 'zod';
import { defineTask } from '../define-task.ts';

/** Removes what has expired: sessions, cookies, tokens, counts, old audit events. Scheduled in ../crontab. */
export const prune = defineTask(z.unknown(), async (_payload, { query, logger }) => {
  const { rows } = await query<{ count: number }>('select app_private.prune() as count');
  logger.info(`${rows[0]?.count} expired sessions removed`);
});

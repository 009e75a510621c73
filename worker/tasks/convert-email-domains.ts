import { z } from 'zod';
import { withAsciiDomain } from '../../src/identity.ts';
import { defineTask } from '../define-task.ts';

/**
 * Writes the domains of stored addresses in ASCII, where they are not yet. Added once, by the migration that made ASCII
 * the only accepted form. What cannot be converted stays as it is.
 */
export const convertEmailDomains = defineTask(z.unknown(), async (_payload, { query, logger }) => {
  const { rows } = await query<{ id: string; email: string }>(
    `select id, email from app_public.user_emails where email ~ '@.*[^ -~]'`,
  );
  for (const { id, email } of rows) {
    try {
      await query('update app_public.user_emails set email = $2 where id = $1', [id, withAsciiDomain(email)]);
    } catch (error) {
      // Taken by another account or this one, or refused by the rule for addresses.
      if (!['23505', '23514'].includes((error as { code?: string }).code ?? '')) throw error;
      logger.warn(`the address ${id} keeps a domain that is not in ASCII: ${(error as Error).message}`);
    }
  }
});

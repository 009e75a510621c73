import type { JobHelpers } from 'graphile-worker';
import type { Mailer } from './mailer.ts';
import type { MailContent } from './templates/mail-content.ts';

/**
 * Sends a mail that `app_private.reserve_mail` has counted; gives the reservation back if the mail server does not accept
 * it. A kill in between brings the mail twice, and none is lost.
 */
export async function sendReserved(
  { query }: JobHelpers,
  mailer: Mailer,
  mailId: string,
  address: string,
  content: MailContent,
): Promise<void> {
  try {
    await mailer.send(address, content);
  } catch (error) {
    await query('select app_private.release_mail($1)', [mailId]);
    throw error;
  }
}

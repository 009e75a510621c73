import type { JobHelpers } from 'graphile-worker';
import type { Mailer } from './mailer.ts';
import type { MailContent } from './templates/mail-content.ts';

/**
 * Sends a mail that anybody can cause, and counts it for `app_private.may_send_mail`. Counted after it was accepted: a
 * kill in between brings the mail twice, and none is ever lost.
 */
export async function sendCounted(
  { query }: JobHelpers,
  mailer: Mailer,
  kind: string,
  address: string,
  content: MailContent,
): Promise<void> {
  await mailer.send(address, content);
  await query('select app_private.note_mail_sent($1, $2)', [kind, address]);
}

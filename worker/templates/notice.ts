import { z } from 'zod';
import type { MailContent } from './mail-content.ts';
import { quote, quoteAddress, visible } from './quote.ts';

/** What `app_private.notify_user` enqueues. */
export const noticeSchema = z.object({
  to: z.string().min(3),
  /** Jobs of earlier versions have none. */
  userId: z.uuid().optional(),
  username: z.string(),
  kind: z.enum([
    'password_changed',
    'password_reset',
    'email_added',
    'email_removed',
    'primary_email_changed',
    'username_changed',
    'role_changed',
    'account_suspended',
    'account_reinstated',
    'account_deleted',
    'access_token_created',
    'refresh_token_reused',
  ]),
  details: z.object({ email: z.string(), role: z.string(), reason: z.string(), name: z.string() }).partial(),
});
export type Notice = z.infer<typeof noticeSchema>;

const NOT_YOU =
  'If it was not you, ask for a new password at once, and end the other sessions of your account.';

/** One short mail about one change. What users typed is quoted. @param rootUrl where the account is. */
export function notice({ kind, username, details }: Notice, { rootUrl }: { rootUrl: string }): MailContent {
  const account = `the account ${quote(username)} at ${rootUrl}`;
  const address = quoteAddress(details.email ?? '');
  switch (kind) {
    case 'password_changed':
      return changed(
        'Your password was changed',
        `The password of ${account} was changed, and its other sessions were ended.`,
      );
    case 'password_reset':
      return changed(
        'Your password was reset',
        `The password of ${account} was reset with a mail to one of its addresses. All its sessions were ended.`,
      );
    case 'email_added':
      return changed('An e-mail address was added', `The address ${address} was added to ${account}.`);
    case 'email_removed':
      return changed('An e-mail address was removed', `The address ${address} was removed from ${account}.`);
    case 'primary_email_changed':
      return changed(
        'Your primary e-mail address was changed',
        `Mail about ${account} goes to ${address} from now on.`,
      );
    case 'username_changed':
      return changed(
        'Your user name was changed',
        `The user name of ${account} was changed; before, it was ${quote(details.name ?? '')}.`,
      );
    case 'role_changed':
      return {
        subject: 'Your role was changed',
        paragraphs: [`The role of ${account} is now: ${quote(details.role ?? '')}.`],
      };
    case 'access_token_created':
      return changed(
        'An access token was made',
        `The personal access token “${quote(details.name ?? '')}” was made for ${account}.`,
      );
    case 'refresh_token_reused':
      return changed(
        'A session was ended for safety',
        `A refresh token of ${account} was used twice, so it may have been copied. That session has ended; log in again.`,
      );
    case 'account_suspended':
      return {
        subject: 'Your account was suspended',
        paragraphs: [
          `An administrator has suspended ${account}. Nobody can log in to it.`,
          `Reason: ${visible(details.reason ?? '')}`,
        ],
      };
    case 'account_reinstated':
      return {
        subject: 'Your account can be used again',
        paragraphs: [`An administrator has reinstated ${account}.`],
      };
    case 'account_deleted':
      return {
        subject: 'Your account was deleted',
        paragraphs: [
          `We have deleted ${account} and everything in it, as was confirmed from one of its addresses.`,
        ],
      };
  }
}

const changed = (subject: string, paragraph: string): MailContent => ({
  subject,
  paragraphs: [paragraph],
  footnote: NOT_YOU,
});

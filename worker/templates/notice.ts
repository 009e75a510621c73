import { z } from 'zod';
import type { MailContent } from './mail-content.ts';

/** What `app_private.notify_user` enqueues. */
export const noticeSchema = z.object({
  to: z.string().min(3),
  username: z.string(),
  kind: z.enum([
    'password_changed',
    'password_reset',
    'email_added',
    'email_removed',
    'primary_email_changed',
    'role_changed',
    'account_suspended',
    'account_reinstated',
    'account_deleted',
  ]),
  details: z.object({ email: z.string(), role: z.string(), reason: z.string() }).partial(),
});
export type Notice = z.infer<typeof noticeSchema>;

const NOT_YOU =
  'If it was not you, ask for a new password at once, and end the other sessions of your account.';

/** One short mail about one change. @param rootUrl where the account is. */
export function notice({ kind, username, details }: Notice, { rootUrl }: { rootUrl: string }): MailContent {
  const account = `the account ${username} at ${rootUrl}`;
  switch (kind) {
    case 'password_changed':
      return changed(
        'Your password was changed',
        `The password of ${account} was changed, and its other sessions were ended.`,
      );
    case 'password_reset':
      return changed(
        'Your password was set anew',
        `The password of ${account} was set anew with a mail to one of its addresses. Every session was ended.`,
      );
    case 'email_added':
      return changed('An e-mail address was added', `The address ${details.email} was added to ${account}.`);
    case 'email_removed':
      return changed(
        'An e-mail address was removed',
        `The address ${details.email} was removed from ${account}.`,
      );
    case 'primary_email_changed':
      return changed(
        'Your primary e-mail address was changed',
        `Mail about ${account} goes to ${details.email} from now on.`,
      );
    case 'role_changed':
      return {
        subject: 'Your role was changed',
        paragraphs: [`The role of ${account} is now: ${details.role}.`],
      };
    case 'account_suspended':
      return {
        subject: 'Your account was suspended',
        paragraphs: [
          `An administrator has suspended ${account}. Nobody can log in to it.`,
          `Reason: ${details.reason}`,
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

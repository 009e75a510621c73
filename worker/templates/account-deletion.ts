import type { MailContent } from './mail-content.ts';
import { quote } from './quote.ts';

export const accountDeletion = ({ username, url }: { username: string; url: string }): MailContent => ({
  subject: 'Confirm that your account shall be deleted',
  paragraphs: [
    `Somebody who knows its password asked to delete the account ${quote(username)}, with everything in it. This cannot be undone.`,
    'If you want that, log in to it and open this link within one hour.',
  ],
  action: { label: 'Delete the account', url },
  footnote: 'If it was not you, change your password now: somebody else knows it.',
});

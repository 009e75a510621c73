import type { MailContent } from './mail-content.ts';
import { quote } from './quote.ts';

export const passwordReset = ({ username, url }: { username: string; url: string }): MailContent => ({
  subject: 'Choose a new password',
  paragraphs: [
    `Somebody, probably you, has forgotten the password of the account ${quote(username)}.`,
    'This link lets you choose a new one. It works once, for one hour, and ends every session of the account.',
  ],
  action: { label: 'Choose a new password', url },
  footnote: 'If it was not you, ignore this mail: the password stays as it is.',
});

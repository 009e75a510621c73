import type { MailContent } from './mail-content.ts';
import { quote } from './quote.ts';

/** Names the account, so that the owner of an address notices if it is not theirs. */
export const emailVerification = ({ username, url }: { username: string; url: string }): MailContent => ({
  subject: 'Confirm your e-mail address',
  paragraphs: [
    `The account ${quote(username)} says that this is its e-mail address.`,
    'If it is yours, log in to it and open this link within 24 hours.',
  ],
  action: { label: 'Confirm this address', url },
  footnote:
    'If you do not know this account, ignore this mail: without you the address will not be confirmed.',
});

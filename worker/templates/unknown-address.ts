import type { MailContent } from './mail-content.ts';

/** The answer on the web is the same for every address; only who reads the mail learns that nobody has it. */
export const unknownAddress = ({ rootUrl }: { rootUrl: string }): MailContent => ({
  subject: 'No account has this e-mail address',
  paragraphs: [
    `Somebody, probably you, asked for a new password for this address at ${rootUrl}. No account there has it.`,
    'If you have an account, it has another address; ask again with that one.',
  ],
  footnote: 'If it was not you, ignore this mail.',
});

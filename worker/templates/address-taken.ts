import type { MailContent } from './mail-content.ts';

/** For the owner of a verified address, when somebody registers with it or adds it to another account. */
export const addressTaken = ({ rootUrl }: { rootUrl: string }): MailContent => ({
  subject: 'Somebody used your e-mail address',
  paragraphs: [
    `Somebody gave this address for an account at ${rootUrl}. It is already confirmed for another account, yours, and stays with it.`,
    'If it was you: you have an account already. Log in to it, or ask for a new password.',
  ],
  footnote: 'If it was not you, there is nothing to do.',
});

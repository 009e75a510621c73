import { createTransport } from 'nodemailer';
import type { Config } from '../src/config.ts';
import { makeMailInbox } from './mail-inbox.ts';
import type { MailContent } from './templates/mail-content.ts';
import { renderMail } from './templates/render-mail.ts';

/** Pages of the frontend that a mail can lead to; the token is their fragment. */
export type MailPage = 'verify-email' | 'reset-password' | 'delete-account';

export type Mailer = {
  /** Resolves when the mail was accepted; rejects, so that the job is tried again, when it was not. */
  send(to: string, content: MailContent): Promise<void>;
  /** The address of a page. The token stands in the fragment, which browsers send to no server. */
  link(page: MailPage, token: string): string;
  close(): void;
};

/** Milliseconds for each part of the conversation with the SMTP server. */
const PATIENCE = 10_000;

/** Sends through SMTP_URL; in development, without one, into the inbox at /dev/mail. */
export function makeMailer(config: Config): Mailer {
  const { smtpUrl, from } = config.mail;
  const link: Mailer['link'] = (page, token) => `${config.rootUrl}/account/${page}#token=${token}`;

  if (smtpUrl === undefined) {
    const inbox = makeMailInbox(config);
    return {
      send: async (to, content) => inbox.add({ to, ...(await renderMail(content)) }),
      link,
      close: () => {},
    };
  }

  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: PATIENCE,
    greetingTimeout: PATIENCE,
    socketTimeout: PATIENCE,
  });
  return {
    async send(to, content) {
      // The transport would leave them out, and send to another address than the one that was counted.
      if (/[<>]/.test(to)) throw new Error('The address holds < or >; nothing is sent to it.');
      // As an object, so that nothing in the address can be read as a list of addresses.
      await transport.sendMail({ from, to: { name: '', address: to }, ...(await renderMail(content)) });
    },
    link,
    close: () => transport.close(),
  };
}

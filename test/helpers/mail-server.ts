import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { freePort } from './free-port.ts';
import { parseMail, type ReceivedMail } from './parse-mail.ts';

export type MailServer = Awaited<ReturnType<typeof startMailServer>>;

/** A real SMTP server that keeps what it accepts. @param givenPort of one that was closed; without, any that is free */
export async function startMailServer(givenPort?: number) {
  const port = givenPort ?? (await freePort());
  const mails: ReceivedMail[] = [];
  const unseen: ReceivedMail[] = [];
  const listeners = new Set<() => void>();
  let held: { onReached(): void; released: Promise<void> } | null = null;

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', async () => {
        held?.onReached();
        await held?.released;
        const mail = parseMail(Buffer.concat(chunks).toString());
        mails.push({ ...mail, to: session.envelope.rcptTo.map(({ address }) => address).join() });
        unseen.push(mails.at(-1)!);
        for (const listener of listeners) listener();
        done();
      });
    },
  });
  server.on('error', () => {}); // a client that was killed
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');

  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    /** Every mail that was accepted, in order. */
    mails,

    /** The next mail that nobody has waited for yet; waits until it comes, as long as the test may last. */
    async next(matches: (mail: ReceivedMail) => boolean = () => true): Promise<ReceivedMail> {
      for (;;) {
        const index = unseen.findIndex(matches);
        if (index >= 0) return unseen.splice(index, 1)[0]!;
        await new Promise<void>((resolve) => {
          const listener = () => {
            listeners.delete(listener);
            resolve();
          };
          listeners.add(listener);
        });
      }
    },

    /** From now on mails are received to their end, and then not acknowledged until `release` is called. */
    hold() {
      const { promise: reached, resolve: onReached } = Promise.withResolvers<void>();
      const { promise: released, resolve } = Promise.withResolvers<void>();
      held = { onReached, released };
      const release = () => {
        held = null;
        resolve();
      };
      return { reached, release };
    },

    async close(): Promise<void> {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

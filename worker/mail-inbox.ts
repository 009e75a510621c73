import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../src/config.ts';

export type InboxMail = {
  id: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  sentAt: string;
};

/** How many mails are kept. */
const CAPACITY = 200;

/**
 * Where mails land in development, instead of being sent: one file a mail in the data folder, so that a worker in
 * another process fills it as well.
 */
export function makeMailInbox({ database }: Pick<Config, 'database'>) {
  const folder = join(database.dataDir, 'mail');
  const files = async () =>
    (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).sort();

  return {
    async add(mail: Omit<InboxMail, 'id' | 'sentAt'>): Promise<void> {
      const sentAt = new Date().toISOString();
      const id = `${sentAt.replace(/\D/g, '')}-${randomUUID()}`;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      // Written beside and renamed, so that nobody reads half a mail.
      const temporary = join(folder, `${id}.part`);
      await writeFile(temporary, JSON.stringify({ id, ...mail, sentAt }), { mode: 0o600 });
      await rename(temporary, join(folder, `${id}.json`));
      for (const old of (await files()).slice(0, -CAPACITY)) await rm(join(folder, old), { force: true });
    },

    /** Newest first. */
    async list(): Promise<InboxMail[]> {
      const mails = await Promise.all((await files()).map((name) => readMail(join(folder, name))));
      return mails.filter((mail) => mail !== null).reverse();
    },
  };
}

/** @returns null for a mail that was pruned since it was listed, and for what is no mail */
async function readMail(file: string): Promise<InboxMail | null> {
  try {
    const { id, to, subject, text, html, sentAt } = JSON.parse(await readFile(file, 'utf8'));
    const texts = [id, to, subject, text, html, sentAt];
    return texts.every((value) => typeof value === 'string') ? { id, to, subject, text, html, sentAt } : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EISDIR') return null;
    throw error;
  }
}

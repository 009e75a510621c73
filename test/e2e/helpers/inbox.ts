import type { Locator, Page } from 'playwright-core';

/** The newest mail to an address in the list of the inbox, once it is there; the page looks for it by itself. */
export async function mailTo(inbox: Page, address: string, subject: string): Promise<Locator> {
  await inbox.bringToFront();
  const mail = inbox
    .locator('#mails')
    .getByRole('link')
    .filter({ hasText: subject })
    .filter({ hasText: `to ${address}` })
    .first();
  await mail.waitFor();
  return mail;
}

/** Opens a mail and follows its button, which opens a new tab. */
export async function followMail(inbox: Page, mail: Locator): Promise<Page> {
  await mail.click();
  const [page] = await Promise.all([
    inbox.context().waitForEvent('page'),
    inbox.frameLocator('iframe').getByRole('link').click(),
  ]);
  return page;
}

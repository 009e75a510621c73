import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { useBrowser } from './helpers/browser.ts';
import { expectAccessible, expectKeyboardUsable, expectNoOverflow } from './helpers/check-page.ts';
import { openGraphiql, runInGraphiql } from './helpers/graphiql.ts';
import { mailTo } from './helpers/inbox.ts';
import { LOOKS, pictureFile } from './helpers/looks.ts';
import { useRunningServer } from './helpers/running-server.ts';

/** How to come to each page, in the state that is worth a look, and the title it has there. */
const PAGES: Array<{ name: string; title: string; open(page: Page): Promise<unknown> }> = [
  { name: 'home', title: 'Start here', open: (page) => page.goto('/') },
  { name: 'mail', title: 'Mail', open: (page) => page.goto('/dev/mail') },
  {
    name: 'mail-open',
    title: 'Confirm your e-mail address',
    async open(page) {
      await page.goto('/dev/mail');
      await (await mailTo(page, 'ada@example.com', 'Confirm your e-mail address')).click();
      await page.frameLocator('iframe').getByRole('link').waitFor();
    },
  },
  {
    name: 'mail-text',
    title: 'Confirm your e-mail address',
    async open(page) {
      await page.goto('/dev/mail');
      await (await mailTo(page, 'ada@example.com', 'Confirm your e-mail address')).click();
      await page.getByRole('link', { name: 'Plain text' }).click();
      await page.getByRole('link', { name: '/account/verify-email#token=' }).waitFor();
    },
  },
  {
    name: 'verify-email-login',
    title: 'Confirm your address',
    async open(page) {
      await page.context().clearCookies();
      await page.goto('/account/verify-email#token=unknown');
      await page.getByLabel('Password').fill('wrong');
      await page.getByLabel('User name').fill('nobody');
      await page.keyboard.press('Enter');
      await page.getByText('That name and password do not go together.').waitFor();
    },
  },
  {
    name: 'verify-email-refused',
    title: 'Confirm your address',
    async open(page) {
      await page.goto('/account/verify-email#token=unknown');
      await page.getByText('This link does not work').waitFor();
      await page.getByText('You are logged in as ada.').waitFor();
    },
  },
  {
    name: 'reset-password',
    title: 'Choose a new password',
    async open(page) {
      await page.goto('/account/reset-password#token=unknown');
      await page.getByLabel('New password').fill('password1');
      await page.keyboard.press('Enter');
      await page.getByText('one of the 10,000 most common').waitFor();
    },
  },
  {
    name: 'reset-password-refused',
    title: 'Choose a new password',
    async open(page) {
      await page.goto('/account/reset-password#token=unknown');
      await page.getByLabel('New password').fill('a long sentence');
      await page.keyboard.press('Enter');
      await page.getByText('This link does not work').waitFor();
    },
  },
  {
    name: 'reset-password-incomplete',
    title: 'Choose a new password',
    async open(page) {
      await page.goto('/account/reset-password');
      await page.getByText('This link is not complete').waitFor();
    },
  },
  {
    name: 'delete-account',
    title: 'Delete your account',
    async open(page) {
      await page.goto('/account/delete-account#token=unknown');
      await page.getByText('This deletes the account ada').waitFor();
    },
  },
];

describe('the development pages', () => {
  const server = useRunningServer();
  const browser = useBrowser();
  /** The cookies of ada, who is logged in. */
  let session: Awaited<ReturnType<BrowserContext['storageState']>>;

  beforeAll(async () => {
    const context = await browser.open({ baseURL: server.url });
    const page = await context.newPage();
    await openGraphiql(page);
    await runInGraphiql(
      page,
      'mutation { register(input: { username: "ada", email: "ada@example.com", password: "a long sentence" }) { result { rowId } } }',
    );
    session = await context.storageState();
  });

  describe.each(LOOKS)('at $width px, $colorScheme', (look) => {
    const { width, height, colorScheme } = look;
    const openPage = async () => {
      const viewport = { width, height };
      const context = await browser.open({
        baseURL: server.url,
        viewport,
        colorScheme,
        storageState: session,
      });
      return context.newPage();
    };
    const picture = (name: string) => pictureFile(name, look);

    it.each(PAGES)('can be read and used with the keyboard: $name', async ({ name, title, open }) => {
      const page = await openPage();
      await open(page);
      expect(await page.title()).toBe(`${title} – Rowgate`);
      await page.screenshot({ path: picture(name), fullPage: true });
      await expectNoOverflow(page);
      await expectAccessible(page);
      await expectKeyboardUsable(page);
    });

    it('can show GraphiQL', async () => {
      const page = await openPage();
      await openGraphiql(page);
      await runInGraphiql(page, '{ currentUser { username } }');
      await page.screenshot({ path: picture('graphiql') });
    });
  });

  it('can skip to the content, and copy an operation, with the keyboard', async () => {
    const context = await browser.open({ baseURL: server.url });
    const page = await context.newPage();
    await page.goto('/');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');

    await page.getByRole('button', { name: 'Copy: Register' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(/^mutation Register \{\n/);
  });

  it('can take another link in the same tab', async () => {
    const context = await browser.open({ baseURL: server.url });
    const page = await context.newPage();
    await page.goto('/account/reset-password');
    await page.getByText('This link is not complete').waitFor();
    await page.goto('/account/reset-password#token=another');
    await page.getByLabel('New password').waitFor();
  });

  it('can delete nothing without a press of the button', async () => {
    const context = await browser.open({ baseURL: server.url, storageState: session });
    const page = await context.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.postData() ?? ''));
    await page.goto('/account/delete-account#token=unknown');
    await page.getByText('This deletes the account ada').waitFor();
    await page.keyboard.press('Enter');
    expect(asked.filter((body) => body.includes('confirmAccountDeletion'))).toEqual([]);

    await page.getByRole('button', { name: 'Delete the account' }).click();
    await page.getByText('INVALID_TOKEN').waitFor();
    expect(asked.filter((body) => body.includes('confirmAccountDeletion'))).toHaveLength(1);
  });
});

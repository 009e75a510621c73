import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { useBrowser } from './helpers/browser.ts';
import { expectAccessible } from './helpers/check-page.ts';
import { openGraphiql, runInGraphiql } from './helpers/graphiql.ts';
import { LOOKS, pictureFile } from './helpers/looks.ts';
import { useRunningServer } from './helpers/running-server.ts';

const WHO = '{ currentUser { username } userAccounts { totalCount } }';
const register = (username: string) =>
  `mutation { register(input: { username: "${username}", email: "${username}@example.com", password: "a long sentence" }) { result { rowId } } }`;

const button = (page: Page) => page.locator('#act-as');
const shows = (page: Page, name: string) =>
  page
    .locator('#act-as')
    .filter({ hasText: `Acting as ${name}` })
    .waitFor();

/** Opens the dialog and waits for the list. */
async function openDialog(page: Page) {
  await button(page).click();
  const dialog = page.getByRole('dialog', { name: 'Act as' });
  await dialog.getByRole('button', { name: 'anonymous' }).waitFor();
  return dialog;
}

describe('the switch between users', () => {
  const server = useRunningServer();
  const browser = useBrowser();

  const open = async (options = {}): Promise<Page> => {
    const context: BrowserContext = await browser.open({ baseURL: server.url, ...options });
    return context.newPage();
  };

  beforeAll(async () => {
    for (let number = 1; number <= 22; number++)
      await server.sql(`select app_public.register($1, $2, 'a long sentence')`, [
        `user${String(number).padStart(2, '0')}`,
        `user${number}@example.com`,
      ]);
    await server.sql(
      `update app_public.user_accounts set role = 'administrator' where user_id = (select id from app_public.users where username = 'user07')`,
    );
    await server.sql(
      `update app_public.user_accounts set suspended_at = now() where user_id = (select id from app_public.users where username = 'user03')`,
    );
  });

  it('can make GraphiQL act as a user, an administrator, and anonymous, and what is in the editor stays', async () => {
    const page = await open();
    await openGraphiql(page);
    await shows(page, 'anonymous');
    expect((await runInGraphiql(page, WHO)).data.currentUser).toBeNull();

    await (await openDialog(page)).getByRole('button', { name: 'user01' }).click();
    await shows(page, 'user01');
    expect((await runInGraphiql(page, WHO)).data).toEqual({
      currentUser: { username: 'user01' },
      userAccounts: { totalCount: 1 },
    });

    await (await openDialog(page)).getByRole('button', { name: 'user07' }).click();
    await shows(page, 'user07, administrator');
    expect((await runInGraphiql(page, WHO)).data).toEqual({
      currentUser: { username: 'user07' },
      userAccounts: { totalCount: 22 },
    });

    await (await openDialog(page)).getByRole('button', { name: 'anonymous' }).click();
    await shows(page, 'anonymous');
    expect((await runInGraphiql(page, WHO)).data.currentUser).toBeNull();
  });

  it('can follow a login in GraphiQL, and a change in another tab', async () => {
    const page = await open();
    await openGraphiql(page);
    await runInGraphiql(page, register('grace'));
    await shows(page, 'grace');

    const home = await page.context().newPage();
    await home.goto('/');
    await (await openDialog(home)).getByRole('button', { name: 'user02' }).click();
    await shows(home, 'user02');
    expect((await runInGraphiql(page, WHO)).data.currentUser).toEqual({ username: 'user02' });
  });

  it('can be used with the keyboard alone', async () => {
    const page = await open();
    await page.goto('/');
    await shows(page, 'anonymous');
    await button(page).focus();
    await page.keyboard.press('Enter');
    await page.getByText('The first 20; search for the others.').waitFor();
    await page.keyboard.type('user22');
    const found = page.getByRole('dialog').getByRole('listitem');
    await found.nth(1).waitFor({ state: 'detached' });
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await shows(page, 'user22');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(await page.evaluate('document.activeElement.id')).toBe('act-as');

    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'anonymous' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await shows(page, 'user22');
  });

  it('can say that nobody is called so', async () => {
    const page = await open();
    await page.goto('/dev/mail');
    await shows(page, 'anonymous');
    const dialog = await openDialog(page);
    await dialog.getByRole('searchbox').fill('nobody at all');
    await dialog.getByText('Nobody is called so.').waitFor();
  });

  it('can change whom an account page asks', async () => {
    const page = await open();
    await page.goto('/account/delete-account#token=unknown');
    await page.getByText('Log in first').waitFor();
    await (await openDialog(page)).getByRole('button', { name: 'user05' }).click();
    await page.getByText('This deletes the account user05').waitFor();
  });

  describe.each(LOOKS)('at $width px, $colorScheme', (view) => {
    const { width, height, colorScheme } = view;
    const picture = (name: string) => pictureFile(name, view);
    const look = { viewport: { width, height }, colorScheme };

    it('can be read, in GraphiQL and on a page', async () => {
      const page = await open(look);
      await openGraphiql(page);
      await (await openDialog(page)).getByRole('button', { name: 'user07' }).click();
      await shows(page, 'user07, administrator');
      await runInGraphiql(page, WHO);
      await page.screenshot({ path: picture('act-as-graphiql') });
      await openDialog(page);
      await page.screenshot({ path: picture('act-as-graphiql-dialog') });

      await page.goto('/');
      await shows(page, 'user07, administrator');
      const dialog = await openDialog(page);
      await expectAccessible(page);
      await page.screenshot({ path: picture('act-as-dialog') });
      // What cannot be chosen is said where it was chosen. The refusal is a 200, and no error of the page.
      await dialog.getByRole('button', { name: 'user03' }).click();
      await dialog.getByText('This account is suspended.').waitFor();
      await expectAccessible(page);
      await page.screenshot({ path: picture('act-as-refused') });
    });
  });
});

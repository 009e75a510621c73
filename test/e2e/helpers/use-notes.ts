import { readFileSync } from 'node:fs';
import { afterAll, beforeAll } from '@jest/globals';
import type { Page } from 'playwright-core';
import { freePort } from '../../helpers/free-port.ts';
import { makeRoom } from '../../helpers/make-room.ts';
import { useBrowser } from './browser.ts';
import { EXAMPLE, installExample, npmRun, serveExample } from './example-app.ts';
import { useRunningServer } from './running-server.ts';

const NOTES = readFileSync(`${EXAMPLE}notes.sql`, 'utf8');
export const PASSWORD = 'a long sentence';

/** The example app, built and served with a server of its own, and what one does in it. */
export async function useNotes() {
  const [builtPort, devPort] = [await freePort(), await freePort()];
  const server = useRunningServer({
    environment: { ALLOWED_ORIGINS: `http://localhost:${builtPort},http://localhost:${devPort}` },
    sqlAsOwner: makeRoom(NOTES) + NOTES,
  });
  const browser = useBrowser();
  let stopServing: () => Promise<void>;

  beforeAll(async () => {
    await installExample();
    await npmRun('build');
    const served = await serveExample('preview', { PORT: String(builtPort), ROWGATE_URL: server.url });
    stopServing = served.stop;
  }, 180_000);
  afterAll(() => stopServing());

  const open = async (options = {}, port = builtPort): Promise<Page> => {
    const context = await browser.open({ baseURL: `http://localhost:${port}`, ...options });
    const page = await context.newPage();
    await page.goto('/');
    return page;
  };
  const fill = async (page: Page, values: Record<string, string>) => {
    for (const [label, value] of Object.entries(values))
      await page.getByLabel(label, { exact: true }).fill(value);
    await page.locator('form button[type=submit]').click();
  };
  const register = async (page: Page, username: string) => {
    await page.getByRole('button', { name: 'Create an account', exact: true }).click();
    await fill(page, { 'User name': username, 'E-mail': `${username}@example.com`, Password: PASSWORD });
    await page.getByLabel('New note').waitFor();
  };
  const logIn = (page: Page, username: string, password = PASSWORD) =>
    fill(page, { 'User name or e-mail': username, Password: password });
  const logOut = async (page: Page) => {
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByText('You are logged out.').waitFor();
  };
  const card = (page: Page, text: string) => page.getByRole('listitem').filter({ hasText: text });
  const add = async (page: Page, text: string) => {
    await fill(page, { 'New note': text });
    await card(page, text).waitFor();
  };
  const trouble = (page: Page, code: string) => page.locator(`[role=alert][data-code=${code}]`);

  return { server, browser, devPort, open, fill, register, logIn, logOut, card, add, trouble };
}

import { describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { ERROR_CODES } from '../../src/graphile/error-codes.ts';
import { expectAccessible, expectKeyboardUsable, expectNoOverflow } from './helpers/check-page.ts';
import { LOOKS, pictureFile } from './helpers/looks.ts';
import { PASSWORD, useNotes } from './helpers/use-notes.ts';

const { server, browser, open, fill, register, logIn, logOut, card, add, trouble } = await useNotes();

describe('the example app, when something goes wrong', () => {
  it('can say what is wrong with what was entered, at its field', async () => {
    await server.sql(`select app_public.register('ada', 'ada@example.com', $1)`, [PASSWORD]);
    const page = await open();
    await page.getByRole('button', { name: 'Create an account', exact: true }).click();
    const form = { 'User name': 'hal', 'E-mail': 'hal@example.com', Password: 'password1' };
    const errorAt = async (label: string) => {
      const input = page.getByLabel(label, { exact: true });
      await page.locator('input[aria-invalid=true]').waitFor();
      expect(await input.getAttribute('aria-invalid')).toBe('true');
      return page.locator(`[id="${await input.getAttribute('aria-describedby')}"]`).textContent();
    };
    await fill(page, form);
    expect(await errorAt('Password')).toContain('most common');
    await fill(page, { ...form, 'User name': '1', Password: PASSWORD });
    await page.locator('input[name=username][aria-invalid=true]').waitFor();
    expect(await errorAt('User name')).not.toBe('');
    await fill(page, { ...form, 'User name': 'ada', Password: PASSWORD });
    await page.getByText('taken').waitFor();
    expect(await errorAt('User name')).toContain('taken');
    await fill(page, { ...form, Password: PASSWORD });
    await page.getByLabel('New note').fill('   ');
    await page.getByRole('button', { name: 'Add note' }).click();
    await trouble(page, 'INVALID_INPUT').waitFor();
  });

  it('can say that a password is wrong, how long to wait, and that an account is suspended', async () => {
    const page = await open();
    await register(page, 'ida');
    await logOut(page);
    for (let attempt = 0; attempt < 5; attempt++) {
      await logIn(page, 'ida', `wrong ${attempt}`);
      await trouble(page, 'INVALID_CREDENTIALS').waitFor();
    }
    await logIn(page, 'ida');
    await trouble(page, 'TOO_MANY_ATTEMPTS')
      .getByText(/Try again in \d+ seconds\./)
      .waitFor();

    await server.sql(
      `update app_public.user_accounts set suspended_at = now()
       where user_id = (select id from app_public.users where username = 'hal')`,
    );
    await logIn(page, 'hal');
    await trouble(page, 'ACCOUNT_SUSPENDED').waitFor();
  });

  it('can say that a note is gone, and show what is stored', async () => {
    const page = await open();
    await register(page, 'joy');
    await add(page, 'here today');
    await server.sql(`delete from app_public.notes where body = 'here today'`);
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await trouble(page, 'NOT_FOUND').waitFor();
    await page.getByRole('button', { name: 'Show what is stored' }).click();
    await page.getByText('Nothing yet.').waitFor();
  });

  it('can say something sensible for every code, and offers what helps', async () => {
    const page = await open();
    await register(page, 'kim');
    browser.expectProblem(/status of (4|5)\d\d/);
    let code = '';
    await page.route('**/graphql', (route) => {
      if (route.request().postDataJSON().operationName !== 'AddNote') return route.continue();
      const { status, message } = ERROR_CODES[code as keyof typeof ERROR_CODES];
      const errors = [{ message, extensions: { code, errorId: 'number-of-the-error' } }];
      const headers: Record<string, string> = code === 'RATE_LIMITED' ? { 'retry-after': '7' } : {};
      return route.fulfill({ status, headers, json: { errors } });
    });
    const note = page.getByLabel('New note');
    for (code of Object.keys(ERROR_CODES)) {
      if (code === 'UNAUTHENTICATED') continue;
      await note.fill('anything');
      await page.getByRole('button', { name: 'Add note' }).click();
      const shown = trouble(page, code);
      await shown.waitFor();
      expect(await shown.locator('p').textContent()).toMatch(/^[A-Z].{10,}/);
      const button = {
        UNAVAILABLE: 'Try again',
        INTERNAL_SERVER_ERROR: 'Try again',
        NOT_FOUND: 'Show what is stored',
        TIMEOUT: 'Show what is stored',
        EBADCSRFTOKEN: 'Reload',
        GRAPHQL_VALIDATION_FAILED: 'Reload',
      }[code];
      if (button) await shown.getByRole('button', { name: button }).waitFor();
      if (code === 'RATE_LIMITED') await shown.getByText(/Try again in \d second/).waitFor();
    }
    code = 'UNAUTHENTICATED';
    await page.getByRole('button', { name: 'Add note' }).click();
    // The session itself is alive, so the page, having looked, goes on with it.
    await trouble(page, 'INTERNAL_SERVER_ERROR').waitFor({ state: 'detached' });
    await note.waitFor();
  });

  it('can go on after the server was gone', async () => {
    const page = await open();
    await register(page, 'leo');
    browser.expectProblem(/ERR_FAILED/);
    await page.route('**/graphql', (route) => route.abort());
    await page.getByLabel('New note').fill('patience');
    await page.getByRole('button', { name: 'Add note' }).click();
    await trouble(page, 'UNAVAILABLE').waitFor();
    await page.unroute('**/graphql');
    await trouble(page, 'UNAVAILABLE').getByRole('button', { name: 'Try again' }).click();
    await card(page, 'patience').waitFor();
  });

  describe.each(LOOKS)('at $width px, $colorScheme', (look) => {
    const { width, height, colorScheme } = look;
    const check = async (page: Page, name: string) => {
      await page.screenshot({ path: pictureFile(name, look), fullPage: true });
      await expectNoOverflow(page);
      await expectAccessible(page);
      await expectKeyboardUsable(page);
    };

    it('can be read and used with the keyboard', async () => {
      const page = await open({ viewport: { width, height }, colorScheme });
      await page.getByRole('heading', { name: 'Log in' }).waitFor();
      await check(page, 'notes-login');
      await logIn(page, 'nobody', 'wrong');
      await trouble(page, 'INVALID_CREDENTIALS').waitFor();
      await check(page, 'notes-login-refused');
      await page.getByRole('button', { name: 'Create an account', exact: true }).click();
      await fill(page, { 'User name': 'ned', 'E-mail': 'ned@example.com', Password: 'password1' });
      await page.locator('input[aria-invalid=true]').waitFor();
      await check(page, 'notes-register');

      const username = `look-${width}-${colorScheme}`;
      await fill(page, { 'User name': username, 'E-mail': `${username}@example.com`, Password: PASSWORD });
      await page.getByText('Nothing yet.').waitFor();
      await check(page, 'notes-empty');
      for (const text of [
        'Oat milk, bread, lemons.',
        'A policy says which rows; a grant says which columns. Everything else follows from those two sentences, and it took me a week to believe it.',
        'Call Ada on Thursday.\n\n– the engine\n– the punched cards',
        'https://example.com/a/very/long/address/that/would/not/fit/into/a/narrow/column/if/nobody/broke/it',
      ])
        await add(page, text.split('\n')[0] as string);
      await card(page, 'Oat milk').getByRole('button', { name: 'Edit' }).click();
      await card(page, 'Call Ada').getByRole('button', { name: 'Delete' }).click();
      await check(page, 'notes');
    });
  });
});

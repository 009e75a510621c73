import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { ERROR_CODES } from '../../src/graphile/error-codes.ts';
import { printGraphqlSchema } from '../../src/graphile/print-graphql-schema.ts';
import { freePort } from '../helpers/free-port.ts';
import { useBrowser } from './helpers/browser.ts';
import { expectAccessible, expectKeyboardUsable, expectNoOverflow } from './helpers/check-page.ts';
import { EXAMPLE, installExample, npmRun, serveExample } from './helpers/example-app.ts';
import { useRunningServer } from './helpers/running-server.ts';

/** Where the pictures are, for people to look at. */
const SCREENSHOTS = join(tmpdir(), 'rowgate-screenshots');
const LOOKS = [
  { width: 1280, height: 800, colorScheme: 'light' },
  { width: 1280, height: 800, colorScheme: 'dark' },
  { width: 390, height: 844, colorScheme: 'light' },
  { width: 390, height: 844, colorScheme: 'dark' },
] as const;

const PASSWORD = 'a long sentence';
const [builtPort, devPort] = [await freePort(), await freePort()];

describe('the example app', () => {
  const server = useRunningServer({
    environment: { ALLOWED_ORIGINS: `http://localhost:${builtPort},http://localhost:${devPort}` },
    sqlAsOwner: readFileSync(`${EXAMPLE}notes.sql`, 'utf8'),
  });
  const browser = useBrowser();
  let stopServing: () => Promise<void>;

  beforeAll(async () => {
    await mkdir(SCREENSHOTS, { recursive: true });
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

  it('can be lived in: register, write, edit, delete, log out and in again', async () => {
    const page = await open();
    await register(page, 'ada');
    await page.getByText('Nothing yet.').waitFor();
    await add(page, 'Buy milk');
    await add(page, 'Read about row-level security');
    expect(await page.getByRole('listitem').first().textContent()).toContain('Read about');

    await card(page, 'Buy milk').getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Edit the note').fill('Buy oat milk');
    await page.keyboard.press('Control+Enter');
    await card(page, 'Buy oat milk').waitFor();

    await card(page, 'Read about').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete for ever' }).click();
    await card(page, 'Read about').waitFor({ state: 'detached' });
    expect(await server.sql('select body from app_public.notes')).toEqual([{ body: 'Buy oat milk' }]);

    await logOut(page);
    await page.reload();
    await logIn(page, 'ada@example.com');
    await card(page, 'Buy oat milk').waitFor();
  });

  it('can show many notes, some at a time', async () => {
    const page = await open();
    await register(page, 'many');
    await server.sql(
      `insert into app_public.notes (user_id, body)
       select users.id, 'note ' || number from app_public.users, generate_series(1, 15) number where username = 'many'`,
    );
    await page.reload();
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByRole('button', { name: 'Show more' }).waitFor({ state: 'detached' });
    expect(await page.getByRole('listitem').count()).toBe(15);
  });

  it('cannot show anybody the notes of somebody else', async () => {
    const [bo, cy] = [await open(), await open()];
    await register(bo, 'bo');
    await register(cy, 'cy');
    await add(bo, 'the secret of bo');
    await add(cy, 'the secret of cy');
    await bo.reload();
    await card(bo, 'the secret of bo').waitFor();
    expect(await bo.getByText('the secret of cy').count()).toBe(0);

    // Neither from what the page remembers, after another login in it.
    await logOut(bo);
    await logIn(bo, 'cy');
    await card(bo, 'the secret of cy').waitFor();
    expect(await bo.getByText('the secret of bo').count()).toBe(0);
  });

  it('can say that the session has ended, and goes on after a login, with what was being written', async () => {
    const page = await open();
    await register(page, 'dee');
    await add(page, 'first');
    await page.getByLabel('New note').fill('not lost');
    await server.sql(
      `delete from app_public.sessions where user_id = (select id from app_public.users where username = 'dee')`,
    );
    await page.getByRole('button', { name: 'Add note' }).click();
    await page.getByText('Your session has ended. Log in again.').waitFor();
    await logIn(page, 'dee');
    await card(page, 'first').waitFor();
    expect(await page.getByLabel('New note').inputValue()).toBe('not lost');
  });

  it('can follow a login in another tab', async () => {
    const page = await open();
    await register(page, 'eve');
    const other = await page.context().newPage();
    await other.goto('/');
    await logOut(other);
    await register(other, 'fay');
    browser.expectProblem(/status of 403/);
    // Its token is of the session before, so the first answer is a refusal, and the page looks who it is now.
    await page.getByLabel('New note').fill('whose?');
    await page.getByRole('button', { name: 'Add note' }).click();
    await page.getByRole('banner').getByText('fay').waitFor();
  });

  it('can get a new CSRF token when its own is not good any more', async () => {
    const page = await open();
    await register(page, 'gil');
    await page.context().clearCookies({ name: 'rowgate.csrf' });
    browser.expectProblem(/status of 403/);
    await add(page, 'saved all the same');
  });

  it('can say what is wrong with what was entered, at its field', async () => {
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

  it('can be worked on with the development server of Vite', async () => {
    const vite = await serveExample('dev', { PORT: String(devPort), ROWGATE_URL: server.url });
    try {
      const page = await open({}, devPort);
      await register(page, 'max');
      await add(page, 'from the development server');
    } finally {
      await vite.stop();
    }
  });

  describe.each(LOOKS)('at $width px, $colorScheme', ({ width, height, colorScheme }) => {
    const check = async (page: Page, name: string) => {
      await page.screenshot({
        path: join(SCREENSHOTS, `${name}-${width}-${colorScheme}.png`),
        fullPage: true,
      });
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

  describe('its generated types', () => {
    it('can be generated anew without a change', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'rowgate-generated-'));
      try {
        const schema = join(folder, 'schema.graphql');
        await writeFile(schema, printGraphqlSchema(await server.schema()));
        const generated = join(folder, 'gql/');
        await npmRun('generate', { SCHEMA: schema, GENERATED: generated });
        const committed = join(EXAMPLE, 'src/gql');
        const names = await readdir(generated);
        expect(names).toEqual(await readdir(committed));
        for (const name of names)
          expect(await readFile(join(generated, name), 'utf8')).toBe(
            await readFile(join(committed, name), 'utf8'),
          );
      } finally {
        await rm(folder, { recursive: true });
      }
    });

    it('can be relied on: everything type-checks', () => npmRun('check'));
  });
});

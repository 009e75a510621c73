import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { printGraphqlSchema } from '../../src/graphile/print-graphql-schema.ts';
import { EXAMPLE, npmRun, serveExample } from './helpers/example-app.ts';
import { useNotes } from './helpers/use-notes.ts';

const { server, browser, devPort, open, register, logIn, logOut, card, add } = await useNotes();

describe('the example app', () => {
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
    await server.sql(`update app_public.user_emails set is_verified = true where email = 'ada@example.com'`);
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

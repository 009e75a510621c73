import { describe, expect, it } from '@jest/globals';
import { useBrowser } from './helpers/browser.ts';
import {
  execute,
  openGraphiql,
  runInGraphiql,
  subscribeInGraphiql,
  typeInGraphiql,
  waitForShown,
} from './helpers/graphiql.ts';
import { useRunningServer } from './helpers/running-server.ts';

const CURRENT_USER = '{ currentUser { username } }';
const LOGOUT = 'mutation { logout(input: {}) { result } }';
const register = (username: string) =>
  `mutation { register(input: { username: "${username}", email: "${username}@example.com", password: "a long sentence" }) { result { user { username } } } }`;
const login = (username: string) =>
  `mutation { login(input: { username: "${username}", password: "a long sentence" }) { result { user { username } } } }`;

describe('GraphiQL', () => {
  const server = useRunningServer();
  const browser = useBrowser();

  const openPage = async () => {
    const context = await browser.open({ baseURL: server.url });
    const page = await context.newPage();
    await openGraphiql(page);
    return page;
  };

  it('can register, query as the new user, log out, and log in again, typed key by key', async () => {
    const page = await openPage();
    expect(await page.title()).toBe('GraphiQL – Rowgate');

    expect((await typeInGraphiql(page, CURRENT_USER)).data).toEqual({ currentUser: null });
    const registered = await typeInGraphiql(page, register('grace'));
    expect(registered.data.register.result.user).toEqual({ username: 'grace' });
    expect((await runInGraphiql(page, CURRENT_USER)).data).toEqual({ currentUser: { username: 'grace' } });

    await runInGraphiql(page, LOGOUT);
    expect((await runInGraphiql(page, CURRENT_USER)).data).toEqual({ currentUser: null });

    const loggedIn = await typeInGraphiql(page, login('grace'));
    expect(loggedIn.data.login.result.user).toEqual({ username: 'grace' });
    expect((await runInGraphiql(page, CURRENT_USER)).data).toEqual({ currentUser: { username: 'grace' } });
  });

  it('can go on in a tab after a login, a logout and another login in a second one', async () => {
    const first = await openPage();
    await runInGraphiql(first, register('bo'));
    const second = await first.context().newPage();
    await openGraphiql(second);
    expect((await runInGraphiql(second, CURRENT_USER)).data).toEqual({ currentUser: { username: 'bo' } });

    expect((await runInGraphiql(second, LOGOUT)).data).toEqual({ logout: { result: true } });
    expect((await runInGraphiql(first, CURRENT_USER)).data).toEqual({ currentUser: null });
    await runInGraphiql(second, register('cy'));
    expect((await runInGraphiql(first, CURRENT_USER)).data).toEqual({ currentUser: { username: 'cy' } });
    await runInGraphiql(first, login('bo'));
    expect((await runInGraphiql(second, CURRENT_USER)).data).toEqual({ currentUser: { username: 'bo' } });
  });

  it('can subscribe as the user who is logged in, and shows each change when it happens', async () => {
    const page = await openPage();
    await runInGraphiql(page, register('dee'));
    await subscribeInGraphiql(page, 'Me', 'currentUserUpdated { currentUser { username name } }');
    await waitForShown(page, {
      data: { currentUserUpdated: { currentUser: { username: 'dee', name: null } } },
    });

    await server.sql(`update app_public.users set name = 'Dee' where username = 'dee'`);
    await waitForShown(page, {
      data: { currentUserUpdated: { currentUser: { username: 'dee', name: 'Dee' } } },
    });
  });

  it('can show the documentation of the schema', async () => {
    const page = await openPage();
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    const docs = page.locator('.graphiql-plugin');
    await docs.getByRole('link', { name: 'Mutation', exact: true }).click();
    await docs.getByRole('link', { name: 'register', exact: true }).click();
    await docs.getByText('Creates an account and logs in as it.').waitFor();
  });

  it('can be opened with an operation from the home page', async () => {
    const context = await browser.open({ baseURL: server.url });
    const page = await context.newPage();
    await page.goto('/');
    const snippet = page.getByRole('figure').filter({ hasText: 'Register' });
    await snippet.getByRole('link', { name: 'Open in GraphiQL' }).click();
    await page.locator('.graphiql-query-editor .view-lines').click();
    expect(await page.evaluate('location.hash')).toBe('');
    const { data } = await execute(page);
    expect(data.register.result.user.username).toBe('ada');
  });
});

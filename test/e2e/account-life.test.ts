import { describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { useBrowser } from './helpers/browser.ts';
import { openGraphiql, runInGraphiql } from './helpers/graphiql.ts';
import { followMail, mailTo } from './helpers/inbox.ts';
import { useRunningServer } from './helpers/running-server.ts';

const EMAILS = '{ currentUser { username userEmails { nodes { rowId email isVerified isPrimary } } } }';

describe('the life of an account, with GraphiQL and the mail inbox', () => {
  const server = useRunningServer();
  const browser = useBrowser();

  const outcome = async (page: Page) => {
    await page.locator('#outcome').waitFor();
    const title = await page.locator('#outcome h2').textContent();
    await page.close();
    return title;
  };
  const follow = async (inbox: Page, address: string, subject: string) =>
    followMail(inbox, await mailTo(inbox, address, subject));
  const ask = async (graphiql: Page, operation: string) => {
    const { data, errors } = await runInGraphiql(graphiql, operation);
    expect(errors).toBeUndefined();
    return data;
  };
  const emailsOf = async (graphiql: Page) => (await ask(graphiql, EMAILS)).currentUser.userEmails.nodes;

  const register = (graphiql: Page, username: string, password: string) =>
    ask(
      graphiql,
      `mutation { register(input: { username: "${username}", email: "${username}@example.com", password: "${password}" }) { result { rowId } } }`,
    );

  it('can be lived from register to deletion', async () => {
    const context = await browser.open({ baseURL: server.url });
    const inbox = await context.newPage();
    await inbox.goto('/dev/mail');
    await inbox.getByText('No mail yet').waitFor();
    const graphiql = await context.newPage();
    await openGraphiql(graphiql);

    await register(graphiql, 'ada', 'the first password');
    expect(await emailsOf(graphiql)).toMatchObject([{ email: 'ada@example.com', isVerified: false }]);
    expect(await outcome(await follow(inbox, 'ada@example.com', 'Confirm your e-mail address'))).toBe(
      'Your address is confirmed',
    );
    expect(await emailsOf(graphiql)).toMatchObject([{ email: 'ada@example.com', isVerified: true }]);

    await ask(graphiql, 'mutation { forgotPassword(input: { email: "ada@example.com" }) { result } }');
    const reset = await follow(inbox, 'ada@example.com', 'Choose a new password');
    await reset.getByLabel('New password').fill('the second password');
    await reset.keyboard.press('Enter');
    expect(await outcome(reset)).toBe('Your password is set');

    const refused = await runInGraphiql(graphiql, EMAILS);
    expect(refused.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    const login = (password: string) =>
      runInGraphiql(
        graphiql,
        `mutation { login(input: { username: "ada", password: "${password}" }) { result { user { username } } } }`,
      );
    expect((await login('the first password')).errors?.[0]?.extensions.code).toBe('INVALID_CREDENTIALS');
    expect((await login('the second password')).data.login.result.user).toEqual({ username: 'ada' });

    await ask(
      graphiql,
      'mutation { createUserEmail(input: { userEmail: { email: "ada@example.org" } }) { userEmail { rowId } } }',
    );
    expect(await outcome(await follow(inbox, 'ada@example.org', 'Confirm your e-mail address'))).toBe(
      'Your address is confirmed',
    );
    const { rowId } = (await emailsOf(graphiql)).find(
      ({ email }: { email: string }) => email === 'ada@example.org',
    );
    await ask(graphiql, `mutation { makeEmailPrimary(input: { emailId: "${rowId}" }) { result { email } } }`);
    expect(await emailsOf(graphiql)).toContainEqual({
      rowId,
      email: 'ada@example.org',
      isVerified: true,
      isPrimary: true,
    });

    await ask(
      graphiql,
      'mutation { requestAccountDeletion(input: { password: "the second password" }) { result } }',
    );
    const [{ id }] = (await server.sql('select id from app_public.users')) as [{ id: string }];
    const deletion = await follow(inbox, 'ada@example.org', 'Confirm that your account shall be deleted');
    await deletion.getByText('This deletes the account ada').waitFor();
    await deletion.getByRole('button', { name: 'Delete the account' }).click();
    expect(await outcome(deletion)).toBe('Your account is deleted');

    await mailTo(inbox, 'ada@example.org', 'Your account was deleted');
    expect(await ask(graphiql, '{ currentUser { username } }')).toEqual({ currentUser: null });
    expect(await tablesWith(id)).toEqual(['app_public.audit_events']);
  });

  it('can be verified with another account logged in, by logging in as the one that the mail names', async () => {
    const context = await browser.open({ baseURL: server.url });
    const graphiql = await context.newPage();
    await openGraphiql(graphiql);
    await register(graphiql, 'bo', 'the password of bo');
    await register(graphiql, 'cy', 'the password of cy');
    const inbox = await context.newPage();
    await inbox.goto('/dev/mail');

    const page = await follow(inbox, 'bo@example.com', 'Confirm your e-mail address');
    await page.getByText('Log in as the account that the mail names, then open the link again.').waitFor();
    await page.getByText('You are logged in as cy.').waitFor();
    await page.getByLabel('User name').fill('bo');
    await page.getByLabel('Password').fill('the password of bo');
    await page.keyboard.press('Enter');
    await page.getByText('It belongs to the account bo now.').waitFor();
    expect(await emailsOf(graphiql)).toMatchObject([{ email: 'bo@example.com', isVerified: true }]);
  });

  /** Every table of ours with a row in which this id stands. */
  async function tablesWith(id: string): Promise<string[]> {
    const tables = await server.sql<{ name: string }>(
      `select oid::regclass::text as name from pg_class
       where relkind = 'r' and relnamespace::regnamespace::text like 'app\\_%' order by 1`,
    );
    const found: string[] = [];
    for (const { name } of tables) {
      const rows = await server.sql(`select from ${name} t where strpos(t::text, $1) > 0`, [id]);
      if (rows.length > 0) found.push(name);
    }
    return found;
  }
});

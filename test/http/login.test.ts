import { describe, expect, it } from '@jest/globals';
import type { Account, HttpClient } from '../helpers/http-client.ts';
import { useServer } from '../helpers/server.ts';

describe('login and logout', () => {
  const server = useServer();

  const sessionsOf = async ({ id }: Account) =>
    (await server.sql<{ id: string }>('select id from app_public.sessions where user_id = $1', [id])).map(
      (row) => row.id,
    );
  const failuresOf = async (name: string) => {
    const [row] = await server.sql<{ failures: number }>(
      'select failures from app_private.login_attempts where login_name_key = app_private.login_name_key($1)',
      [name],
    );
    return row?.failures ?? 0;
  };
  /** An account, and a client that is not logged in to it. */
  async function createAccount(): Promise<[Account, HttpClient]> {
    return [await server.client().register(), server.client()];
  }

  it('can be done by user name and by verified e-mail', async () => {
    const client = server.client();
    const account = await client.register('ada');
    expect((await server.client().login('ada@example.com', account.password)).code).toBe(
      'INVALID_CREDENTIALS',
    );
    await server.sql('update app_public.user_emails set is_verified = true where user_id = $1', [account.id]);
    expect((await client.currentUser()).data).toEqual({
      currentUser: { rowId: account.id, username: 'ada' },
    });
    for (const name of ['ada', 'ADA', 'ada@example.com']) {
      expect((await client.logout()).data).toEqual({ logout: { result: true } });
      expect((await client.currentUser()).data).toEqual({ currentUser: null });
      const { data } = await client.login(name, account.password);
      expect(data.login.result.user).toEqual({ username: 'ada' });
    }
  });

  it('can be undone twice', async () => {
    const client = server.client();
    const account = await client.register();
    expect((await client.logout()).data).toEqual({ logout: { result: true } });
    expect(await sessionsOf(account)).toEqual([]);
    expect((await client.logout()).data).toEqual({ logout: { result: false } });
  });

  it('can make the rest of the operation run as the new user, and after a logout as nobody', async () => {
    const client = server.client();
    const { data, errors } = await client.graphql(
      `mutation All($first: RegisterInput!, $second: RegisterInput!, $login: LoginInput!, $patch: UserPatch!, $id: UUID!) {
        a: register(input: $first) { result { user { username } } query { currentUser { username } } }
        b: register(input: $second) { result { user { username } } query { currentSession { user { username } } } }
        c: login(input: $login) { result { user { username } } query { currentUser { username } } }
        d: reauthenticate(input: { password: "password of first" }) { result query { currentUser { username } } }
        e: logout(input: {}) { result query { currentUser { username } currentSession { rowId } } }
        f: updateUser(input: { rowId: $id, patch: $patch }) { user { name } }
      }`,
      {
        first: { username: 'first', email: 'first@example.com', password: 'password of first' },
        second: { username: 'second', email: 'second@example.com', password: 'password of second' },
        login: { username: 'first', password: 'password of first' },
        patch: { name: 'Nobody' },
        id: '00000000-0000-4000-8000-000000000000',
      },
    );
    const first = { username: 'first' };
    const second = { username: 'second' };
    expect(data).toEqual({
      a: { result: { user: first }, query: { currentUser: first } },
      b: { result: { user: second }, query: { currentSession: { user: second } } },
      c: { result: { user: first }, query: { currentUser: first } },
      d: { result: true, query: { currentUser: first } },
      e: { result: true, query: { currentUser: null, currentSession: null } },
      f: null,
    });
    expect(errors).toMatchObject([{ path: ['f'], extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(client.cookies.has('rowgate')).toBe(false);
  });

  it('can follow a logout in the same operation', async () => {
    const client = server.client();
    const { username, password } = await client.register();
    const { errors } = await client.graphql(
      `mutation Again($login: LoginInput!) { logout(input: {}) { result } login(input: $login) { result { rowId } } }`,
      { login: { username, password } },
    );
    expect(errors).toBeUndefined();
    expect((await client.currentUser()).data.currentUser.username).toBe(username);
  });

  it('can end the session it replaces, whoever it belonged to', async () => {
    const client = server.client();
    const first = await client.register();
    const other = server.client();
    await other.login(first.username, first.password);
    expect(await sessionsOf(first)).toHaveLength(2);

    const second = await client.register();
    expect(await sessionsOf(first)).toHaveLength(1);
    await client.login(second.username, second.password);
    expect(await sessionsOf(second)).toHaveLength(1);
    expect((await other.currentUser()).data.currentUser.username).toBe(first.username);
  });

  it('can be asked for twice in one operation: the cookie is that of the last', async () => {
    const [first] = await createAccount();
    const [second] = await createAccount();
    const client = server.client();
    const { errors } = await client.graphql(
      'mutation Two($a: LoginInput!, $b: LoginInput!) { a: login(input: $a) { result { rowId } } b: login(input: $b) { result { rowId } } }',
      {
        a: { username: first.username, password: first.password },
        b: { username: second.username, password: second.password },
      },
    );
    expect(errors).toBeUndefined();
    expect((await client.currentUser()).data.currentUser.username).toBe(second.username);
    expect(await sessionsOf(first)).toEqual([first.sessionId]);
  });

  it('can be asked for by two requests at once', async () => {
    const [account, client] = await createAccount();
    await client.fetchCsrfToken();
    const answers = await Promise.all([1, 2, 3].map(() => client.login(account.username, account.password)));
    expect(answers.map(({ code }) => code)).toEqual([undefined, undefined, undefined]);
    await client.fetchCsrfToken();
    expect((await client.currentUser()).data.currentUser.username).toBe(account.username);
  });

  it('cannot tell an unknown name from a wrong password, and counts both although they are answered as errors', async () => {
    const [{ username }, client] = await createAccount();
    const wrong = await client.login(username, 'not the password');
    const unknown = await client.login('nobody-at-all', 'not the password');
    expect(wrong.errors).toEqual([
      expect.objectContaining({
        message: 'That name and password do not go together.',
        extensions: { code: 'INVALID_CREDENTIALS' },
      }),
    ]);
    expect([unknown.status, unknown.data, unknown.errors]).toEqual([wrong.status, wrong.data, wrong.errors]);
    expect(await failuresOf(username)).toBe(1);
    expect(await failuresOf('nobody-at-all')).toBe(1);
    expect(client.cookies.has('rowgate')).toBe(false);
  });

  it('cannot be guessed at without end, in one operation or in many, not even with the right password then', async () => {
    const [account, client] = await createAccount();
    const guess = `login(input: { username: "${account.username}", password: "a wrong guess" }) { result { rowId } }`;
    const aliases = Array.from({ length: 7 }, (_, index) => `g${index}: ${guess}`).join(' ');
    const { errors } = await client.graphql(`mutation { ${aliases} }`);
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual([
      ...Array(5).fill('INVALID_CREDENTIALS'),
      ...Array(2).fill('TOO_MANY_ATTEMPTS'),
    ]);

    const refused = await client.login(account.username, account.password);
    expect(refused.errors?.[0]?.extensions).toEqual({
      code: 'TOO_MANY_ATTEMPTS',
      retryAfter: expect.any(Number),
    });
    const retryAfter = refused.errors?.[0]?.extensions.retryAfter as number;
    expect(retryAfter).toBeGreaterThan(50);
    expect(retryAfter).toBeLessThanOrEqual(60);

    await server.sql("update app_private.login_attempts set retry_after = now() - interval '1 second'");
    expect((await client.login(account.username, account.password)).errors).toBeUndefined();
    expect(await failuresOf(account.username)).toBe(0);
  });

  it('cannot be done with a suspended account, which only the right password learns', async () => {
    const [account, client] = await createAccount();
    await server.sql('update app_public.user_accounts set suspended_at = now() where user_id = $1', [
      account.id,
    ]);
    expect((await client.login(account.username, 'not the password')).code).toBe('INVALID_CREDENTIALS');
    expect((await client.login(account.username, account.password)).code).toBe('ACCOUNT_SUSPENDED');
    expect(client.cookies.has('rowgate')).toBe(false);
  });
});

import { describe, expect, it } from '@jest/globals';
import type { Account, HttpClient } from '../helpers/http-client.ts';
import { useServer } from '../helpers/server.ts';

describe('a password', () => {
  const server = useServer();

  const countSessions = async ({ id }: Account) =>
    (await server.sql('select from app_public.sessions where user_id = $1', [id])).length;
  const failuresOf = async ({ id }: Account) => {
    const [row] = await server.sql<{ failures: number }>(
      'select failures from app_private.login_attempts where login_name_key = app_private.user_attempts_key($1)',
      [id],
    );
    return row?.failures ?? 0;
  };

  it('can be changed, which ends every other session of the account and not this one', async () => {
    const account = await server.client().register();
    const other = server.client();
    await other.login(account.username, account.password);
    const client = server.client();
    await client.login(account.username, account.password);
    const change = (oldPassword: string) =>
      client.graphql(
        'mutation Change($input: ChangePasswordInput!) { changePassword(input: $input) { result } }',
        {
          input: { oldPassword, newPassword: 'a better password' },
        },
      );

    expect((await change('not the password')).code).toBe('INVALID_CREDENTIALS');
    expect(await countSessions(account)).toBe(3);
    expect((await change(account.password)).data).toEqual({ changePassword: { result: true } });

    expect(await countSessions(account)).toBe(1);
    expect((await other.currentUser()).code).toBe('UNAUTHENTICATED');
    expect((await client.currentUser()).data.currentUser.username).toBe(account.username);
    expect((await other.login(account.username, account.password)).code).toBe('INVALID_CREDENTIALS');
    expect((await other.login(account.username, 'a better password')).errors).toBeUndefined();
  });

  it('can be confirmed, where a guess counts like one at login', async () => {
    const client = server.client();
    const account = await client.register();
    const confirmation = `session_id = '${account.sessionId}' and password_confirmed_at > now() - interval '1 minute'`;
    const isConfirmed = async () =>
      (await server.sql(`select from app_private.session_secrets where ${confirmation}`)).length === 1;
    const reauthenticate = (by: HttpClient, password: string) =>
      by.graphql(
        'mutation Confirm($password: String!) { reauthenticate(input: { password: $password }) { result } }',
        {
          password,
        },
      );
    await server.sql(
      "update app_private.session_secrets set password_confirmed_at = now() - interval '11 minutes'",
    );

    expect((await reauthenticate(client, 'not the password')).code).toBe('INVALID_CREDENTIALS');
    expect(await isConfirmed()).toBe(false);
    expect(await failuresOf(account)).toBe(1);
    expect((await reauthenticate(server.client(), account.password)).code).toBe('UNAUTHENTICATED');
    expect((await reauthenticate(client, account.password)).data).toEqual({
      reauthenticate: { result: true },
    });
    expect(await isConfirmed()).toBe(true);
  });
});

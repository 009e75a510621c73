import { describe, expect, it } from '@jest/globals';
import type { HttpClient } from '../helpers/http-client.ts';
import { useServer } from '../helpers/server.ts';
import { ISSUE, tokenClient } from '../helpers/token-client.ts';

const CREATE = `mutation ($name: String!, $expiresAt: Datetime!, $scopes: [TokenScope!]!) {
  createAccessToken(input: { name: $name, expiresAt: $expiresAt, scopes: $scopes }) { result { secret sessionId } }
}`;
const RENAME = `mutation ($id: UUID!) { updateUser(input: { rowId: $id, patch: { name: "Renamed" } }) { user { name } } }`;

describe('personal access tokens', () => {
  const server = useServer(
    {},
    {
      // A volatile function that the API shows as a query would be a hole; one called by a policy or a view is the same.
      sqlAsOwner: `
        create function app_public.rowgate_test_write_by_the_way() returns integer language plpgsql stable security definer
          set search_path = '' as $$ begin return app_private.rowgate_test_write_now(); end $$;
        create function app_private.rowgate_test_write_now() returns integer language sql volatile security definer
          set search_path = '' as $$ update app_public.users set name = 'written' returning 1 $$;
        grant execute on function app_public.rowgate_test_write_by_the_way() to webuser;`,
    },
  );
  const { send, withToken } = tokenClient(server);

  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
  const create = (client: HttpClient, input: object = {}) =>
    client.graphql(CREATE, { name: 'deploy', expiresAt: inDays(30), scopes: ['read', 'write'], ...input });

  async function createFor(scopes: string[]) {
    const client = server.client();
    const account = await client.register();
    const { data } = await create(client, { scopes });
    return { client, account, ...(data.createAccessToken.result as { secret: string; sessionId: string }) };
  }

  it('can be made, used, listed with its name and last use, and ended', async () => {
    const { client, account, secret, sessionId } = await createFor(['read', 'write']);
    expect(secret).toMatch(/^rgp_[0-9a-f]{48}$/);
    expect((await withToken(secret)).data.currentUser).toEqual({ username: account.username });
    expect((await withToken(secret, RENAME, { id: account.id })).data.updateUser.user).toEqual({
      name: 'Renamed',
    });

    const { data } = await client.graphql(
      '{ sessions { nodes { rowId kind name scopes lastActiveAt client } } }',
    );
    expect(data.sessions.nodes).toHaveLength(2);
    expect(data.sessions.nodes).toContainEqual(
      expect.objectContaining({
        rowId: sessionId,
        kind: 'personal_token',
        name: 'deploy',
        scopes: ['read', 'write'],
      }),
    );

    await client.graphql(
      'mutation ($id: UUID!) { deleteSession(input: { rowId: $id }) { clientMutationId } }',
      { id: sessionId },
    );
    expect((await withToken(secret)).code).toBe('UNAUTHENTICATED');
  });

  it('cannot write with the scope `read` alone, not even through a volatile function', async () => {
    const { account, secret } = await createFor(['read']);
    expect((await withToken(secret)).data.currentUser).toEqual({ username: account.username });
    expect((await withToken(secret, RENAME, { id: account.id })).code).toBe('FORBIDDEN');
    expect((await withToken(secret, '{ rowgateTestWriteByTheWay }')).code).toBe('FORBIDDEN');
    expect((await withToken(secret, 'mutation { endOtherSessions(input: {}) { result } }')).code).toBe(
      'FORBIDDEN',
    );
    expect(await server.sql('select name from app_public.users where id = $1', [account.id])).toEqual([
      { name: null },
    ]);
  });

  it('cannot be made without a recent password, by a token of the scope `read`, or by nobody', async () => {
    const { client, account, secret } = await createFor(['read']);
    expect(
      (await withToken(secret, CREATE, { name: 'x', expiresAt: inDays(1), scopes: ['write'] })).code,
    ).toBe('REAUTHENTICATION_REQUIRED');
    await server.sql(
      `update app_private.session_secrets set password_confirmed_at = now() - interval '11 minutes' where session_id = $1`,
      [account.sessionId],
    );
    expect((await create(client)).code).toBe('REAUTHENTICATION_REQUIRED');
    expect((await create(server.client())).code).toBe('UNAUTHENTICATED');
  });

  it.each([
    ['in the past', { expiresAt: inDays(-1) }, 'expiresAt'],
    ['in more than a year', { expiresAt: inDays(400) }, 'expiresAt'],
    ['without a name', { name: ' ' }, 'name'],
    ['without a scope', { scopes: [] }, 'scopes'],
  ])('cannot be made %s', async (_name, input, field) => {
    const client = server.client();
    await client.register();
    const { code, errors } = await create(client, input);
    expect([code, errors?.[0]?.extensions.field]).toEqual(['INVALID_INPUT', field]);
  });

  it('outlives a change of the password, and ends with a reset', async () => {
    const { client, account, secret } = await createFor(['read']);
    const change =
      'mutation ($o: String!, $n: String!) { changePassword(input: { oldPassword: $o, newPassword: $n }) { result } }';
    await client.graphql(change, { o: account.password, n: 'another good one' });
    expect((await withToken(secret)).code).toBeUndefined();

    const [row] = await server.sql<{ token: string }>(
      `select app_private.create_one_time_token('password_reset', $1) as token`,
      [account.id],
    );
    await send(
      'mutation ($t: String!) { resetPassword(input: { token: $t, newPassword: "yet another one" }) { result } }',
      { t: row!.token },
    );
    expect((await withToken(secret)).code).toBe('UNAUTHENTICATED');
  });

  it('expires by the clock of the database', async () => {
    const { secret, sessionId } = await createFor(['read']);
    await server.sql(`update app_public.sessions set expires_at = now() where id = $1`, [sessionId]);
    expect((await withToken(secret)).code).toBe('UNAUTHENTICATED');
  });

  describe('token mode', () => {
    it('cannot be mixed with a session cookie', async () => {
      const { client, secret } = await createFor(['read']);
      const answer = await client.graphql('{ __typename }', {}, { authorization: `Bearer ${secret}` });
      expect([answer.status, answer.code]).toEqual([400, 'BAD_REQUEST']);
    });

    it('cannot log in or register, and changes nothing by trying', async () => {
      const { username, password } = await server.client().register();
      const login =
        'mutation ($username: String!, $password: String!) { login(input: { username: $username, password: $password }) { clientMutationId } }';
      const before = await server.sql('select count(*) from app_public.sessions');
      expect((await send(login, { username, password })).code).toBe('BAD_REQUEST');
      expect(
        (
          await send(
            'mutation { register(input: { username: "tom", email: "tom@example.com", password: "password of tom" }) { clientMutationId } }',
          )
        ).code,
      ).toBe('BAD_REQUEST');
      expect(await server.sql('select count(*) from app_public.sessions')).toEqual(before);
      expect(await server.sql(`select id from app_public.users where username = 'tom'`)).toEqual([]);
    });

    it('reads and sets no cookie', async () => {
      const client = server.client();
      const account = await client.register();
      const { data, response } = await client.graphql(
        '{ currentUser { username } }',
        {},
        { 'x-auth-mode': 'token' },
      );
      expect(data.currentUser).toBeNull();
      expect(response.headers['set-cookie']).toBeUndefined();
      const issued = await send(ISSUE, account);
      expect(issued.headers['set-cookie']).toBeUndefined();
      const logout = await withToken(
        issued.data.issueTokens.tokens.accessToken,
        'mutation { logout(input: {}) { result } }',
      );
      expect(logout.data.logout.result).toBe(true);
      expect(logout.headers['set-cookie']).toBeUndefined();
      expect((await withToken(issued.data.issueTokens.tokens.accessToken)).code).toBe('UNAUTHENTICATED');
    });
  });
});

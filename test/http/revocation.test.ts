import { describe, expect, it } from '@jest/globals';
import type { Account, HttpClient } from '../helpers/http-client.ts';
import { useServer } from '../helpers/server.ts';
import { setCookies } from '../helpers/set-cookies.ts';
import { until } from '../helpers/until.ts';

const DELETE = 'mutation Delete($id: UUID!) { deleteSession(input: { rowId: $id }) { session { rowId } } }';

describe('a session', () => {
  const server = useServer();

  /** The very next request is refused and loses its cookie; the one after it is an anonymous one. */
  async function expectEnded(client: HttpClient) {
    const cookie = client.cookies.get('rowgate');
    expect(cookie).toBeDefined();
    const { data, errors, response } = await client.currentUser();
    expect(data).toEqual({ currentUser: null });
    expect(errors).toEqual([
      expect.objectContaining({
        message: 'Your session has ended. Log in again.',
        extensions: { code: 'UNAUTHENTICATED' },
      }),
    ]);
    expect(setCookies(response)).toContainEqual(
      expect.objectContaining({ name: 'rowgate', isExpired: true }),
    );
    expect(client.cookies.has('rowgate')).toBe(false);
    expect(await client.currentUser()).toMatchObject({ data: { currentUser: null }, errors: undefined });

    client.cookies.set('rowgate', cookie as string);
    await client.fetchCsrfToken();
    expect((await client.currentUser()).code).toBe('UNAUTHENTICATED');
  }
  async function expectAlive(client: HttpClient, { username }: Account) {
    expect((await client.currentUser()).data).toMatchObject({ currentUser: { username } });
  }
  /** Two clients that are logged in to one account. */
  async function createTwoSessions() {
    const here = server.client();
    const there = server.client();
    const account = await there.register();
    const { data } = await here.login(account.username, account.password);
    return { account, here, there, hereId: data.login.result.rowId as string, thereId: account.sessionId };
  }
  const move = (sessionId: string, change: string) =>
    server.sql(`update app_public.sessions set ${change} where id = $1`, [sessionId]);

  it('can be ended by its user from another one', async () => {
    const { account, here, there, thereId } = await createTwoSessions();
    const { data } = await here.graphql(DELETE, { id: thereId });
    expect(data).toEqual({ deleteSession: { session: { rowId: thereId } } });
    await expectEnded(there);
    await expectAlive(here, account);
  });

  it('can end itself', async () => {
    const { account, here, there, hereId } = await createTwoSessions();
    expect((await here.graphql(DELETE, { id: hereId })).errors).toBeUndefined();
    await expectEnded(here);
    await expectAlive(there, account);
  });

  it('cannot be ended by another user, or by nobody', async () => {
    const { account, here, hereId } = await createTwoSessions();
    const stranger = server.client();
    expect((await stranger.graphql(DELETE, { id: hereId })).code).toBe('UNAUTHENTICATED');
    await stranger.register();
    expect((await stranger.graphql(DELETE, { id: hereId })).code).toBe('NOT_FOUND');
    expect((await stranger.graphql('mutation { endOtherSessions(input: {}) { result } }')).data).toEqual({
      endOtherSessions: { result: 0 },
    });
    await expectAlive(here, account);
  });

  it('can end all the others of its user', async () => {
    const { account, here, there } = await createTwoSessions();
    const { data } = await here.graphql('mutation { endOtherSessions(input: {}) { result } }');
    expect(data).toEqual({ endOtherSessions: { result: 1 } });
    await expectEnded(there);
    await expectAlive(here, account);
  });

  it('cannot outlive its row, or its user', async () => {
    for (const statement of [
      'delete from app_public.sessions where id = $1',
      'delete from app_public.users where id = (select user_id from app_public.sessions where id = $1)',
    ]) {
      const client = server.client();
      const account = await client.register();
      await expectAlive(client, account);
      await server.sql(statement, [account.sessionId]);
      await expectEnded(client);
      expect(
        await server.sql('select from app_private.cookie_sessions where session_id = $1', [
          account.sessionId,
        ]),
      ).toEqual([]);
    }
  });

  it('cannot be used while its user is suspended', async () => {
    const client = server.client();
    const account = await client.register();
    await server.sql('update app_public.user_accounts set suspended_at = now() where user_id = $1', [
      account.id,
    ]);
    await expectEnded(client);
  });

  it('cannot be used once it was idle for too long, or has reached its end', async () => {
    for (const [before, after] of [
      ["last_active_at = now() - idle_limit + interval '1 minute'", 'last_active_at = now() - idle_limit'],
      ["expires_at = now() + interval '1 minute'", 'expires_at = now()'],
    ] as const) {
      const client = server.client();
      const account = await client.register();
      await move(account.sessionId, before);
      await expectAlive(client, account);
      await move(account.sessionId, after);
      await expectEnded(client);
    }
  });

  it('cannot be revived by a touch', async () => {
    const client = server.client();
    const { sessionId } = await client.register();
    for (const change of [
      'last_active_at = now() - idle_limit',
      "last_active_at = now() - interval '1 hour', expires_at = now()",
    ]) {
      await move(sessionId, change);
      const read = () =>
        server.sql('select last_active_at, expires_at from app_public.sessions where id = $1', [sessionId]);
      const before = await read();
      await server.sql('select app_private.touch_session($1)', [sessionId]);
      expect(await read()).toEqual(before);
    }
    await expectEnded(client);
  });

  it('can be kept from being idle by use', async () => {
    const here = server.client();
    const { username, password } = await server.client().register();
    const { data } = await here.graphql(
      'mutation Login($input: LoginInput!) { login(input: $input) { result { rowId } } }',
      { input: { username, password } },
    );
    const id = data.login.result.rowId;
    await move(id, "last_active_at = now() - interval '1 hour'");
    await here.currentUser();
    await until(async () => {
      const rows = await server.sql(
        "select from app_public.sessions where id = $1 and last_active_at > now() - interval '1 minute'",
        [id],
      );
      return rows.length > 0;
    });
  });

  it('cannot be judged by an operation without database work', async () => {
    const client = server.client();
    await client.register();
    await server.sql('delete from app_public.sessions');
    expect(await client.graphql('{ __typename }')).toMatchObject({
      data: { __typename: 'Query' },
      errors: undefined,
    });
    await expectEnded(client);
  });

  it('cannot be used by many requests at once after its end, and each is told so', async () => {
    const client = server.client();
    const account = await client.register();
    await server.sql('delete from app_public.sessions where id = $1', [account.sessionId]);
    const query = '{ currentUser { rowId } currentSession { rowId } sessions { nodes { rowId } } }';
    const answers = await Promise.all([1, 2, 3, 4].map(() => client.graphql(query)));
    for (const { errors } of answers)
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual(Array(3).fill('UNAUTHENTICATED'));
  });
});

import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { HttpClient } from '../helpers/http-client.ts';
import { useServer } from '../helpers/server.ts';

const ROLE = '{ currentUser { username } userAccounts { nodes { role } } }';

const actAs = async (client: HttpClient, userId: string | null, headers: Record<string, string> = {}) => {
  const token = client.csrfToken ?? (await client.fetchCsrfToken());
  const {
    status,
    body,
    headers: answered,
  } = await client
    .request('post', '/dev/act-as')
    .set({ 'x-csrf-token': token, ...headers })
    .send({ userId });
  client.csrfToken = answered['x-csrf-token'] ?? client.csrfToken;
  return { status, current: body.current, code: body.errors?.[0].extensions.code };
};
const usernameOf = async (client: HttpClient) => (await client.currentUser()).data?.currentUser?.username;

describe('acting as somebody in development', () => {
  const server = useServer({ ALLOWED_ORIGINS: 'https://app.example.com' });
  const makeUser = async () => server.client().register();
  const makeAdministrator = async () => {
    const account = await makeUser();
    await server.sql(`update app_public.user_accounts set role = 'administrator' where user_id = $1`, [
      account.id,
    ]);
    return account;
  };

  it('can make an anonymous client any user, an administrator, and anonymous again', async () => {
    const [ada, root] = [await makeUser(), await makeAdministrator()];
    const client = server.client();
    expect(await actAs(client, ada.id)).toMatchObject({ status: 200, current: { username: ada.username } });
    expect((await client.graphql(ROLE)).data.userAccounts.nodes).toEqual([{ role: 'user' }]);

    await actAs(client, root.id);
    expect(await usernameOf(client)).toBe(root.username);
    expect((await client.graphql(ROLE)).data.userAccounts.nodes.length).toBeGreaterThan(1);

    expect(await actAs(client, null)).toMatchObject({ status: 200, current: null });
    expect((await client.currentUser()).data).toEqual({ currentUser: null });
  });

  it('can be seen in the database as a session like any other, which replaces the one before', async () => {
    const [ada, bo] = [await makeUser(), await makeUser()];
    const client = server.client({ 'user-agent': 'a browser' });
    await actAs(client, ada.id);
    const [first] = await server.sql<{ id: string }>(
      `select id, kind, client from app_public.sessions where client = 'a browser'`,
    );
    expect(first).toMatchObject({ kind: 'cookie' });

    await actAs(client, bo.id);
    const sessions = await server.sql(
      `select user_id from app_public.sessions where client = 'a browser' or id = $1`,
      [first?.id],
    );
    expect(sessions).toEqual([{ user_id: bo.id }]);
    const events = await server.sql(
      `select action, details, actor_id from app_public.audit_events where user_id = $1 order by id desc limit 1`,
      [bo.id],
    );
    expect(events).toEqual([{ action: 'logged_in', details: { by: 'act as' }, actor_id: ada.id }]);

    await actAs(client, null);
    expect(await server.sql(`select from app_public.sessions where client = 'a browser'`)).toEqual([]);
  });

  it('cannot be done with the cookie or the CSRF token from before', async () => {
    const [ada, bo] = [await makeUser(), await makeUser()];
    const client = server.client();
    await actAs(client, ada.id);
    const [oldCookies, oldToken] = [new Map(client.cookies), client.csrfToken as string];
    await actAs(client, bo.id);
    expect(client.cookies.get('rowgate')).not.toBe(oldCookies.get('rowgate'));
    expect((await client.graphql('{ __typename }', {}, { 'x-csrf-token': oldToken })).code).toBe(
      'EBADCSRFTOKEN',
    );

    const thief = server.client();
    for (const [name, value] of oldCookies) thief.cookies.set(name, value);
    expect((await thief.currentUser()).code).toBe('UNAUTHENTICATED');
  });

  it.each([
    ['another site', { origin: 'https://evil.example' }],
    ['an origin that may call the API', { origin: 'https://app.example.com' }],
    ['the network, through a proxy on this machine', { 'x-forwarded-for': '192.0.2.7' }],
    [
      'another port of this host',
      { origin: 'http://localhost:5678', 'sec-fetch-site': 'same-site', host: 'localhost:5678' },
    ],
    [
      'a page that another host name leads to',
      { origin: 'http://rebound.example', host: 'rebound.example', 'sec-fetch-site': 'same-origin' },
    ],
  ])('cannot be done from %s', async (_, headers: Record<string, string>) => {
    const ada = await makeUser();
    const client = server.client();
    expect(await actAs(client, ada.id, headers)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect(await usernameOf(client)).toBeUndefined();
  });

  it('can be done from a page of this server', async () => {
    const ada = await makeUser();
    const headers = {
      origin: 'http://localhost:5678',
      host: 'localhost:5678',
      'sec-fetch-site': 'same-origin',
    };
    expect(await actAs(server.client(), ada.id, headers)).toMatchObject({ status: 200 });
  });

  it('cannot be done without a CSRF token, in token mode neither', async () => {
    const ada = await makeUser();
    const client = server.client();
    await client.fetchCsrfToken();
    const modes: Record<string, string>[] = [{}, { 'x-auth-mode': 'token' }, { authorization: 'Bearer x' }];
    for (const headers of modes)
      expect(await actAs(client, ada.id, { ...headers, 'x-csrf-token': '' })).toMatchObject({
        status: 403,
        code: 'EBADCSRFTOKEN',
      });
  });

  it('cannot be done with a form, or without saying who', async () => {
    const client = server.client();
    const post = async (type: string, body: string) => {
      const token = client.csrfToken ?? (await client.fetchCsrfToken());
      const answer = await client
        .request('post', '/dev/act-as')
        .set({ 'x-csrf-token': token, 'content-type': type })
        .send(body);
      return answer.body.errors[0].extensions.code;
    };
    expect(await post('application/x-www-form-urlencoded', 'userId=')).toBe('UNSUPPORTED_MEDIA_TYPE');
    expect(await post('text/plain', '{"userId":null}')).toBe('UNSUPPORTED_MEDIA_TYPE');
    expect(await post('application/json', '{}')).toBe('INVALID_INPUT');
    expect(await post('application/json', '{"userId":"ada"}')).toBe('INVALID_INPUT');
    expect(await post('application/json', '{')).toBe('BAD_REQUEST');
  });

  it('cannot make anybody a suspended user, or one that does not exist', async () => {
    const ada = await makeUser();
    await server.sql('update app_public.user_accounts set suspended_at = now() where user_id = $1', [ada.id]);
    const client = server.client();
    expect((await actAs(client, ada.id)).code).toBe('ACCOUNT_SUSPENDED');
    expect((await actAs(client, randomUUID())).code).toBe('NOT_FOUND');
    expect(await usernameOf(client)).toBeUndefined();
  });

  it('can be seen, and is anonymous once the session has ended elsewhere', async () => {
    const ada = await makeUser();
    const client = server.client();
    const current = async () => (await client.request('get', '/dev/act-as.json').expect(200)).body.current;
    expect(await current()).toBeNull();
    await client.login(ada.username, ada.password);
    expect(await current()).toMatchObject({ username: ada.username, email: ada.email, role: 'user' });

    await server.sql('delete from app_public.sessions where user_id = $1', [ada.id]);
    expect(await current()).toBeNull();
  });
});

describe('the list of users to act as', () => {
  const server = useServer({ BCRYPT_COST: '4' });
  const list = async (search: string) => {
    const { body } = await server.client().request('get', '/dev/act-as.json').query({ search }).expect(200);
    return {
      names: body.accounts.map(({ username }: { username: string }) => username),
      hasMore: body.hasMore,
    };
  };

  it('can be read, administrators first, 20 at most, and searched by user name, name and e-mail', async () => {
    expect(await list('')).toEqual({ names: [], hasMore: false });
    const zoe = await server.client().register('zoe');
    await server.sql(`update app_public.user_accounts set role = 'administrator' where user_id = $1`, [
      zoe.id,
    ]);
    await server.sql(`update app_public.users set name = 'Zoë 100%_Sure' where id = $1`, [zoe.id]);
    for (let number = 10; number < 30; number++) await server.client().register(`user${number}`);

    const all = await list('');
    expect(all.hasMore).toBe(true);
    expect(all.names).toHaveLength(20);
    expect(all.names.slice(0, 3)).toEqual(['zoe', 'user10', 'user11']);
    expect(await list('USER2')).toMatchObject({ hasMore: false, names: expect.arrayContaining(['user20']) });
    expect((await list('USER2')).names).toHaveLength(10);
    expect((await list('user29@EXAMPLE')).names).toEqual(['user29']);
    expect((await list(' 100%_sure ')).names).toEqual(['zoe']);
    expect((await list("'; drop")).names).toEqual([]);
  });
});

describe('a server that does not know the owner of the database', () => {
  const server = useServer({}, { knowsOwner: false });

  it('cannot make anybody somebody else, and can say why', async () => {
    const client = server.client();
    const ada = await client.register('ada');
    const { body } = await client.request('get', '/dev/act-as.json').expect(200);
    expect(body).toEqual({ problem: expect.stringContaining('DATABASE_OWNER_URL') });
    expect(await actAs(client, ada.id)).toMatchObject({ status: 503, code: 'UNAVAILABLE' });
  });
});

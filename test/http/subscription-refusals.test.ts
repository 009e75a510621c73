import { afterEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import type { HttpClient } from '../helpers/http-client.ts';
import { HTTPS, PRODUCTION } from '../helpers/production.ts';
import { useServer } from '../helpers/server.ts';
import { addressOf, openSocket, refusedHandshake, WATCH } from '../helpers/socket-client.ts';
import { tokenClient } from '../helpers/token-client.ts';

const SHOP = 'https://shop.example.com';
const cookieOf = (client: HttpClient) =>
  [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ');

describe('a socket', () => {
  const server = useServer({ ALLOWED_ORIGINS: SHOP });
  const { issue } = tokenClient(server);
  const opened: ReturnType<typeof openSocket>[] = [];
  afterEach(async () => {
    for (const socket of opened.splice(0)) await socket.close();
  });
  const open = (options: Parameters<typeof openSocket>[1] = {}) => {
    const socket = openSocket(server, options);
    opened.push(socket);
    return socket;
  };
  async function loggedIn() {
    const client = server.client();
    const account = await client.register();
    return { client, account };
  }

  it('cannot be opened from a page of another origin, not even with the right cookie', async () => {
    const { client } = await loggedIn();
    const cookie = cookieOf(client);
    for (const origin of [
      'https://evil.example.com',
      'null',
      `${SHOP}.evil.example.com`,
      SHOP.replace('https', 'http'),
    ])
      expect(await refusedHandshake(server, { cookie, origin })).toEqual({ status: 403, code: 'FORBIDDEN' });
    // As it would carry a token in its parameters.
    expect(await refusedHandshake(server, { origin: 'https://evil.example.com' })).toMatchObject({
      status: 403,
    });
  });

  it('can be opened from a page of our own or of an allowed origin', async () => {
    const { client, account } = await loggedIn();
    for (const origin of [server.config.rootUrl, SHOP]) {
      const { data } = await open({ as: client, headers: { origin } }).ask();
      expect(data.currentUserUpdated.currentUser.username).toBe(account.username);
    }
  });

  it('cannot be opened by nobody', async () => {
    const unauthenticated = { code: 4401, reason: 'UNAUTHENTICATED' };
    expect(await open().closed).toEqual(unauthenticated);
    expect(await open({ connectionParams: { authorization: 'Basic YTpi' } }).closed).toEqual(unauthenticated);
    expect(await open({ headers: { 'x-auth-mode': 'token' } }).closed).toEqual(unauthenticated);
  });

  it('cannot be opened with a token or a cookie that is not good', async () => {
    const unauthenticated = { code: 4401, reason: 'UNAUTHENTICATED' };
    const { account, accessToken } = await issue();
    for (const token of [`${accessToken}x`, 'rgp_0000', ''])
      expect(await open({ connectionParams: { authorization: `Bearer ${token}` } }).closed).toEqual(
        unauthenticated,
      );
    expect(await refusedHandshake(server, { authorization: `Bearer ${accessToken}x` })).toEqual({
      status: 401,
      code: 'UNAUTHENTICATED',
    });

    const { client } = await loggedIn();
    const cookie = cookieOf(client);
    await client.logout();
    expect(await open({ headers: { cookie } }).closed).toEqual(unauthenticated);
    expect(await open({ headers: { cookie: 'rowgate=s%3Aforged.signature' } }).closed).toEqual(
      unauthenticated,
    );

    await server.sql('delete from app_public.sessions where user_id = $1', [account.id]);
    expect(await open({ headers: { authorization: `Bearer ${accessToken}` } }).closed).toEqual(
      unauthenticated,
    );
  });

  it('cannot be opened with a cookie and a token together', async () => {
    const { client } = await loggedIn();
    const { accessToken } = await issue();
    const authorization = `Bearer ${accessToken}`;
    expect(await refusedHandshake(server, { cookie: cookieOf(client), authorization })).toEqual({
      status: 400,
      code: 'BAD_REQUEST',
    });
    expect(await open({ as: client, connectionParams: { authorization } }).closed).toEqual({
      code: 4400,
      reason: 'BAD_REQUEST',
    });
  });

  it.each([
    ['a query', '{ currentUser { username } }'],
    [
      'one of two operations',
      `query Q { currentUser { username } } ${WATCH.replace('subscription', 'subscription S')}`,
    ],
    ['a mutation', 'mutation { logout(input: {}) { result } }'],
    ['a login', 'mutation { login(input: { username: "a", password: "b" }) { result { rowId } } }'],
  ])('cannot be used for %s', async (_, query) => {
    const { client, account } = await loggedIn();
    await expect(open({ as: client }).ask(query)).rejects.toEqual([
      expect.objectContaining({ extensions: { code: 'BAD_REQUEST' } }),
    ]);
    expect((await client.currentUser()).data.currentUser.username).toBe(account.username);
  });

  it('cannot be used for documents that HTTP would refuse', async () => {
    const { client } = await loggedIn();
    const socket = open({ as: client });
    const deep = `subscription { currentUserUpdated { query { ${'query { '.repeat(13)} __typename ${'}'.repeat(13)} } } }`;
    for (const [query, code] of [
      [deep, 'QUERY_TOO_COMPLEX'],
      ['subscription {', 'GRAPHQL_PARSE_FAILED'],
      ['subscription { nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ] as const)
      await expect(socket.ask(query)).rejects.toEqual([
        expect.objectContaining({ extensions: expect.objectContaining({ code }) }),
      ]);
  });

  it('can be asked for at /graphql only, and as a websocket', async () => {
    const { client } = await loggedIn();
    const headers = { cookie: cookieOf(client) };
    const elsewhere = new WebSocket(addressOf(server.httpServer).replace('/graphql', '/graphql/stream'), {
      headers,
    });
    const status = await new Promise((resolve) => {
      elsewhere.on('error', () => {});
      elsewhere.on('unexpected-response', (_, response) => resolve(response.statusCode));
    });
    expect(status).toBe(404);
    // A request that offers another protocol, as some clients do with HTTP/2, is a plain request.
    const answer = await client.graphql('{ __typename }', {}, { connection: 'upgrade', upgrade: 'h2c' });
    expect(answer.data).toEqual({ __typename: 'Query' });
  });
});

describe('a socket, in production', () => {
  const server = useServer({ ...PRODUCTION, ALLOWED_ORIGINS: SHOP });

  it('can be opened with the __Host- cookie, from our origins and no other', async () => {
    const client = server.client(HTTPS);
    const account = await client.register();
    expect([...client.cookies.keys()]).toContain('__Host-rowgate');
    const cookie = cookieOf(client);
    const socket = openSocket(server, { headers: { ...HTTPS, cookie, origin: PRODUCTION.ROOT_URL } });
    const { data } = await socket.ask();
    expect(data.currentUserUpdated.currentUser.username).toBe(account.username);
    await socket.close();
    for (const origin of ['http://localhost:5678', 'https://evil.example.com'])
      expect(await refusedHandshake(server, { ...HTTPS, cookie, origin })).toEqual({
        status: 403,
        code: 'FORBIDDEN',
      });
  });

  it('cannot tell about the schema', async () => {
    const client = server.client(HTTPS);
    await client.register();
    const socket = openSocket(server, { as: client, headers: HTTPS });
    for (const query of [
      'subscription { currentUserUpdated { query { __schema { queryType { name } } } } }',
      'subscription { currentUserUpdate { __typename } }',
    ]) {
      const refused = (await socket.ask(query).catch((errors) => errors)) as { message: string }[];
      expect(refused[0]).toMatchObject({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
      expect(refused[0]!.message).not.toContain('Did you mean');
    }
    await socket.close();
  });
});

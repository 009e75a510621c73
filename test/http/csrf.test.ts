import { describe, expect, it } from '@jest/globals';
import type { GraphqlAnswer, HttpClient } from '../helpers/http-client.ts';
import { useServer } from '../helpers/server.ts';
import type { Statement } from '../helpers/wire-log.ts';

const SHOP = 'https://shop.example.com';
const LOGIN =
  'mutation { login(input: { username: "ada", password: "password of ada" }) { result { rowId } } }';

describe('CSRF protection', () => {
  const server = useServer({ ALLOWED_ORIGINS: SHOP }, { recordsWire: true });

  /** Sends an operation with exactly these headers, and expects that nothing came of it. */
  async function expectRefused(client: HttpClient, headers: Record<string, string>, code = 'EBADCSRFTOKEN') {
    const before = await server.contents();
    const { body } = await client.request('post', '/graphql').set(headers).send({ query: LOGIN }).expect(403);
    expect(body.errors[0].extensions).toEqual({ code });
    expect(await server.contents()).toEqual(before);
  }

  it('can be passed with a token, under each of the names that csurf knew', async () => {
    const client = server.client();
    const token = await client.fetchCsrfToken();
    for (const name of ['x-csrf-token', 'csrf-token', 'xsrf-token', 'x-xsrf-token']) {
      const request = client.request('post', '/graphql').set(name, token);
      expect((await request.send({ query: '{ __typename }' }).expect(200)).body.data).toEqual({
        __typename: 'Query',
      });
    }
  });

  it('cannot be passed without a token, or with a wrong one', async () => {
    const client = server.client();
    await client.register('ada');
    const token = client.csrfToken as string;
    await expectRefused(client, {});
    await expectRefused(client, { 'x-csrf-token': '' });
    await expectRefused(client, { 'x-csrf-token': 'wrong' });
    await expectRefused(client, {
      'x-csrf-token': `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`,
    });
  });

  it('cannot be passed by coming from the same origin', async () => {
    const client = server.client();
    await client.register();
    await expectRefused(client, { origin: server.config.rootUrl, 'sec-fetch-site': 'same-origin' });
    await expectRefused(client, { 'sec-fetch-site': 'none' });
  });

  it('cannot be passed with the token of another session', async () => {
    const victim = server.client();
    const attacker = server.client();
    await victim.register();
    await attacker.register();
    const headers = { 'x-csrf-token': attacker.csrfToken as string };
    await expectRefused(victim, headers);
    // Nor when the attacker, say from a sibling domain, plants the other half of the pair as well.
    victim.cookies.set('rowgate.csrf', attacker.cookies.get('rowgate.csrf') as string);
    await expectRefused(victim, headers);
  });

  it('cannot be passed with the token of before the login', async () => {
    const client = server.client();
    const headers = { 'x-csrf-token': await client.fetchCsrfToken() };
    const csrfCookie = client.cookies.get('rowgate.csrf') as string;
    await client.register();
    await expectRefused(client, headers);
    client.cookies.set('rowgate.csrf', csrfCookie);
    await expectRefused(client, headers);
  });

  it('cannot be passed with the token of another visitor, so nobody is logged in to an account of somebody else', async () => {
    const attacker = server.client();
    const headers = { 'x-csrf-token': await attacker.fetchCsrfToken() };
    const planted = attacker.cookies.get('rowgate.csrf') as string;

    const returning = server.client();
    await returning.fetchCsrfToken();
    const firstTime = server.client();
    for (const victim of [returning, firstTime]) {
      victim.cookies.set('rowgate.csrf', planted);
      await expectRefused(victim, headers);
    }
    // A visitor's identity counts only with our signature.
    const identity = decodeURIComponent(attacker.cookies.get('rowgate.visitor') as string);
    firstTime.cookies.set('rowgate.visitor', identity.slice('s:'.length).split('.')[0] as string);
    await expectRefused(firstTime, headers);
  });

  it('cannot be passed from a page of another origin, not even with the right token', async () => {
    const client = server.client();
    const token = { 'x-csrf-token': await client.fetchCsrfToken() };
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example.com' },
      { origin: 'null' },
      { origin: `${SHOP}.evil.example.com` },
      { origin: SHOP.replace('https', 'http') },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of foreign) {
      await expectRefused(client, { ...token, ...headers }, 'FORBIDDEN');
    }
  });

  it('can be passed from a page of our own or of an allowed origin', async () => {
    const client = server.client();
    const allowed: Record<string, string>[] = [
      { origin: server.config.rootUrl, 'sec-fetch-site': 'same-origin' },
      { origin: SHOP, 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-origin' },
    ];
    for (const headers of allowed) {
      const { data } = await client.graphql('{ __typename }', {}, headers);
      expect(data).toEqual({ __typename: 'Query' });
    }
  });

  it('can go on after every change of the session: the answer brings the new token', async () => {
    const client = server.client();
    const account = await client.register('grace');
    const changes: Record<string, () => Promise<GraphqlAnswer | object>> = {
      register: () => client.register(),
      login: () => client.login('grace', account.password),
      logout: () => client.logout(),
      refusal: async () => {
        await client.login('grace', account.password);
        await server.sql('delete from app_public.sessions');
        return client.currentUser();
      },
    };
    for (const change of Object.values(changes)) {
      const old = client.csrfToken as string;
      await change();
      expect(client.csrfToken).not.toBe(old);
      await expectRefused(client, { 'x-csrf-token': old });
      expect((await client.graphql('{ __typename }')).data).toEqual({ __typename: 'Query' });
      // What /csrf-token says is the same token, or another one that works.
      await client.fetchCsrfToken();
      expect((await client.graphql('{ __typename }')).data).toEqual({ __typename: 'Query' });
    }
  });

  it('cannot change the token of an answer that leaves the session as it is', async () => {
    const client = server.client();
    await client.register();
    for (const answer of [await client.currentUser(), await client.login('nobody', 'wrong password')])
      expect(answer.response.headers).not.toHaveProperty('x-csrf-token');
  });

  it('can give out a token without asking the database anything', async () => {
    const client = server.client();
    const { sessionId } = await client.register();
    const { statements } = server.wire;
    const isNoted = ({ text, values, outcome }: Statement) =>
      /touch_session/.test(text) && values[0]?.includes(sessionId) && outcome !== undefined;
    await server.wire.until((statement) => isNoted(statement) === true);
    const stale = server.client();
    stale.cookies.set('rowgate', 'unknown');
    for (const visitor of [client, server.client(), stale]) {
      server.wire.clear();
      await visitor.fetchCsrfToken();
      expect(statements).toEqual([]);
    }
    await client.currentUser();
    expect(statements).not.toEqual([]);
  });
});

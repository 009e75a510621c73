import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { expectRefusal } from '../helpers/expect-refusal.ts';
import type { GraphqlAnswer, HttpClient } from '../helpers/http-client.ts';
import { useServer } from '../helpers/server.ts';

describe('a request', () => {
  const server = useServer();
  let client: HttpClient;
  let before: Record<string, string>;

  beforeEach(async () => {
    client = server.client();
    await client.fetchCsrfToken();
    before = await server.contents();
  });
  // Whatever came in: the server goes on, and nothing was written.
  afterEach(async () => {
    expect((await server.client().currentUser()).data).toEqual({ currentUser: null });
    expect(await server.contents()).toEqual(before);
  });

  it('cannot be larger than 100 kB, with a length or in chunks', async () => {
    const fill = (size: number) => {
      const frame = JSON.stringify({ query: '{ __typename }', variables: { a: '' } });
      return frame.replace('""', `"${'x'.repeat(size - frame.length)}"`);
    };
    expect((await client.post(fill(100_000))).data).toEqual({ __typename: 'Query' });
    expectRefusal((await client.post(fill(100_001))).response, 413, 'PAYLOAD_TOO_LARGE');

    const chunked = client.request('post', '/graphql').set({
      'content-type': 'application/json',
      'x-csrf-token': client.csrfToken as string,
      'transfer-encoding': 'chunked',
    });
    for (let sent = 0; sent < 300_000; sent += 10_000) chunked.write('x'.repeat(10_000));
    expectRefusal(await chunked, 413, 'PAYLOAD_TOO_LARGE');
  });

  it('cannot be anything but JSON, or ask for anything but JSON', async () => {
    const query = '{"query":"{ __typename }"}';
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'application/graphql',
    ])
      expectRefusal(
        (await client.post(query, { 'content-type': type })).response,
        415,
        'UNSUPPORTED_MEDIA_TYPE',
      );
    for (const accept of ['text/html', 'application/xml', '((('])
      expectRefusal((await client.post(query, { accept })).response, 406, 'BAD_REQUEST');
    for (const accept of ['*/*', 'application/json', 'text/html, application/json;q=0.5'])
      expect((await client.post(query, { accept })).data).toEqual({ __typename: 'Query' });
  });

  it('cannot come by another method, or to a path that does not exist', async () => {
    for (const method of ['get', 'put', 'patch', 'delete'] as const) {
      const response = await client.request(method, '/graphql?query={__typename}');
      expectRefusal(response, 405, 'BAD_REQUEST');
      expect(response.headers.allow).toBe('POST');
    }
    for (const path of [
      '/nothing',
      '/graphql/stream',
      '/%E0%A4%A',
      '/../../etc/passwd',
      '/ruru-static/nothing',
    ])
      expectRefusal(await client.request('get', path).set('accept', 'text/html'), 404, 'NOT_FOUND');
  });

  it('cannot be a cookie that names no session: it is taken away, and the next request is anonymous', async () => {
    const real = server.client();
    await real.register();
    const value = real.cookies.get('rowgate') as string;
    before = await server.contents();
    const bad = [
      '',
      'garbage',
      's:',
      's%3Aa.b',
      value.slice(0, -1),
      `${value}x`,
      value.replace('s%3A', 's%3AA'),
      'j:{"a":1}',
      '%E0%A4%A',
      '"',
      'x'.repeat(4000),
    ];
    for (const cookie of bad) {
      client.cookies.set('rowgate', cookie);
      await client.fetchCsrfToken();
      const { code, data }: GraphqlAnswer = await client.currentUser();
      expect([cookie, code, data]).toEqual([cookie, 'UNAUTHENTICATED', { currentUser: null }]);
      expect(client.cookies.has('rowgate')).toBe(false);
      expect((await client.currentUser()).errors).toBeUndefined();
    }
  });

  it('can be garbage in the other cookies: a new token is given out', async () => {
    for (const name of ['rowgate.csrf', 'rowgate.visitor', 'unknown', '__proto__']) {
      for (const value of ['', 'garbage', '.', 's%3Aa.b', 'j:{"a":1}', 'j:', '%E0%A4%A']) {
        const visitor = server.client();
        visitor.cookies.set(name, value);
        expect((await visitor.currentUser()).data).toEqual({ currentUser: null });
      }
    }
  });

  it('cannot be headers that are too long, or no HTTP at all', async () => {
    expect((await client.post({ query: '{ __typename }' }, { 'x-long': 'x'.repeat(8_000) })).status).toBe(
      200,
    );
    const raw = (headers: Record<string, string>, method = 'POST') =>
      new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
        const { port } = server.httpServer.address() as AddressInfo;
        const request = httpRequest({ port, method, path: '/graphql', headers }, (response) => {
          let body = '';
          response.on('data', (chunk) => {
            body += chunk;
          });
          response.on('end', () => resolve({ status: response.statusCode, body }));
        });
        request.on('error', reject).end();
      });
    for (const [answer, status] of [
      [await raw({ 'x-long': 'x'.repeat(33_000) }), 431],
      [await raw({ 'x-long': 'x'.repeat(2_000_000) }), 431],
      [await raw({ cookie: Array.from({ length: 9_000 }, (_, i) => `a${i}=s:b.c`).join('; ') }), 431],
      [await raw({ 'transfer-encoding': 'chunked, nonsense' }), 400],
    ] as const) {
      expect(answer.status).toBe(status);
      expect(JSON.parse(answer.body).errors[0].extensions).toEqual({ code: 'BAD_REQUEST' });
    }
  });
});

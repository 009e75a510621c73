import { describe, expect, it } from '@jest/globals';
import { expectRefusal } from '../helpers/expect-refusal.ts';
import { sendRaw } from '../helpers/send-raw.ts';
import { useServer } from '../helpers/server.ts';

const HASH = {
  persistedQuery: {
    version: 1,
    sha256Hash: 'ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38',
  },
};

describe('Apollo’s automatic persisted queries', () => {
  const server = useServer();

  it.each([
    [{ extensions: HASH }],
    [{ query: null, extensions: HASH }],
    [{ operationName: 'A', variables: {}, extensions: { ...HASH, clientLibrary: { name: 'a' } } }],
  ])('can be asked for, and are not supported: %j', async (request) => {
    const client = server.client();
    const { status, errors, data } = await client.post(request);
    expect(status).toBe(200);
    expect(data).toBeUndefined();
    expect(errors).toEqual([
      { message: 'PersistedQueryNotSupported', extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' } },
    ]);
    // What Apollo's client does then.
    const again = await client.post({ ...request, operationName: undefined, query: '{ __typename }' });
    expect([again.status, again.data]).toEqual([200, { __typename: 'Query' }]);
  });

  it.each([
    [{}],
    [{ extensions: {} }],
    [{ extensions: { persistedQuery: true } }],
    [{ extensions: { persistedQuery: { sha256Hash: 7 } } }],
    [{ query: 7, extensions: HASH }],
  ])('cannot be what is only a bad request: %j', async (request) => {
    expectRefusal((await server.client().post(request)).response, 400, 'BAD_REQUEST');
  });
});

describe('GraphQL over HTTP', () => {
  const server = useServer();
  const INVALID = { query: '{ nothing }' };

  it.each([
    [
      'application/graphql-response+json; charset=utf-8, application/json; charset=utf-8',
      'application/graphql-response+json',
      400,
    ],
    ['application/graphql-response+json', 'application/graphql-response+json', 400],
    ['application/json;charset="UTF-8"', 'application/json', 200],
    [
      'application/json; charset=utf-8; q=0.9, application/graphql-response+json; q=0.1',
      'application/json',
      200,
    ],
    ['multipart/mixed;deferSpec=20220824,application/json', 'application/json', 200],
    ['*/*', 'application/graphql-response+json', 400],
    ['application/*;q=0.1', 'application/graphql-response+json', 400],
  ])('can be answered as %s', async (accept, type, statusOfInvalid) => {
    const client = server.client();
    const good = await client.post({ query: '{ __typename }' }, { accept });
    expect([good.status, good.response.type]).toEqual([200, type]);
    const bad = await client.post(INVALID, { accept });
    expect([bad.status, bad.code]).toEqual([statusOfInvalid, 'GRAPHQL_VALIDATION_FAILED']);
  });

  it.each(['text/event-stream', 'application/json; charset=utf-16', 'application/json;q=0', 'image/*'])(
    'cannot be answered as %s',
    async (accept) => {
      expectRefusal((await server.client().post(INVALID, { accept })).response, 406, 'BAD_REQUEST');
    },
  );

  it('can be asked which methods it has', async () => {
    const options = await server.client().request('options', '/graphql');
    expect([options.status, options.headers.allow, options.text]).toEqual([204, 'POST', '']);
    const head = await server.client().request('head', '/graphql');
    expect([head.status, head.headers.allow]).toEqual([405, 'POST']);
    for (const path of [
      '/csrf-token',
      '/healthz',
      '/readyz',
      '/.well-known/jwks.json',
      '/',
      '/dev/mail.json',
    ]) {
      const { status, headers } = await server.client().request('options', path);
      expect([path, status, headers.allow]).toEqual([path, 200, 'GET, HEAD']);
      expect([path, (await server.client().request('head', path)).status]).toEqual([path, 200]);
    }
    expect((await server.client().request('options', '/nothing')).status).toBe(404);
  });
});

describe('an address in IPv6', () => {
  const server = useServer();
  const BODY = '{"query":"{ __typename }"}';

  it.each(['http://[::1]:5678', 'http://127.0.0.1:5678', 'http://localhost:5678'])(
    'can be the origin of a page of development: %s',
    async (origin) => {
      const client = server.client();
      const { status, data } = await client.post(BODY, { origin, host: origin.slice(7) });
      expect([status, data]).toEqual([200, { __typename: 'Query' }]);
      const mails = await client.request('get', '/dev/mail.json').set('host', origin.slice(7));
      expect(mails.status).toBe(200);
    },
  );

  it.each(['http://[::2]:5678', 'http://[::1]:5679', 'https://[::1]:5678', 'http://[::1', 'null'])(
    'cannot be %s',
    async (origin) => {
      const client = server.client();
      expectRefusal((await client.post(BODY, { origin })).response, 403, 'FORBIDDEN');
    },
  );
});

describe('a server on the usual port', () => {
  const server = useServer({ ROOT_URL: 'http://localhost' });

  it.each(['http://localhost', 'http://127.0.0.1', 'http://[::1]'])(
    'can be asked by a page of %s',
    async (origin) => {
      expect((await server.client().post('{"query":"{ __typename }"}', { origin })).status).toBe(200);
    },
  );
});

describe('a preflight', () => {
  const server = useServer({ ALLOWED_ORIGINS: 'https://app.example.com,http://[::1]:3000' });
  const preflight = (path: string, headers: Record<string, string>) =>
    sendRaw(server.httpServer, [
      `OPTIONS ${path} HTTP/1.1`,
      'host: localhost',
      ...Object.entries({ 'access-control-request-method': 'POST', ...headers }).map(
        ([name, value]) => `${name}: ${value}`,
      ),
    ]);
  const ASKED = 'content-type,x-csrf-token,authorization,x-auth-mode';

  it.each(['https://app.example.com', 'http://[::1]:3000'])('can be answered for %s', async (origin) => {
    for (const path of ['/graphql', '/csrf-token']) {
      const { status, headers } = await preflight(path, { origin, 'access-control-request-headers': ASKED });
      expect(status).toBe(204);
      expect(headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET,POST',
        'access-control-allow-headers': ASKED,
        'access-control-max-age': '600',
        vary: 'Origin, Access-Control-Request-Headers',
      });
      expect(headers).not.toHaveProperty('access-control-allow-private-network');
    }
  });

  it('can ask for a private network', async () => {
    const { headers } = await preflight('/graphql', {
      origin: 'https://app.example.com',
      'access-control-request-private-network': 'true',
    });
    expect(headers['access-control-allow-private-network']).toBe('true');
  });

  it.each([
    'https://evil.example.com',
    'https://app.example.com.evil.example',
    'http://app.example.com',
    'null',
    'http://[::1]',
  ])('cannot let %s in', async (origin) => {
    const { status, headers } = await preflight('/graphql', {
      origin,
      'access-control-request-headers': ASKED,
      'access-control-request-private-network': 'true',
    });
    expect(status).toBeLessThan(300);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    expect(headers.vary).toBe('Origin');
  });
});

import { describe, expect, it } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { HTTPS, PRODUCTION } from '../helpers/production.ts';
import { useServer } from '../helpers/server.ts';

const SHOP = 'https://shop.example.com';
const PATHS = ['/csrf-token', '/graphql', '/healthz', '/readyz', '/nothing', '/graphiql'];

/** A content security policy as an object. */
function policyOf(header: string | undefined): Record<string, string> {
  const directives = (header ?? '').split(';').map((directive) => directive.trim().split(/ (.*)/s));
  return Object.fromEntries(directives.map(([name, value]) => [name, value ?? '']));
}

describe('headers in development', () => {
  const server = useServer({ ALLOWED_ORIGINS: SHOP });

  it.each(PATHS)('can keep browsers from doing harm with %s', async (path) => {
    const { headers } = await server.client().request('get', path);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    const policy = policyOf(headers['content-security-policy']);
    expect(policy).toMatchObject({
      'default-src': "'none'",
      'frame-ancestors': "'none'",
      'base-uri': "'none'",
    });
    expect(policy['script-src']).not.toMatch(/unsafe|\*|https?:/);
    for (const name of ['x-powered-by', 'server', 'strict-transport-security'])
      expect(headers).not.toHaveProperty(name);
  });

  it('can show GraphiQL under its own policy: every script has the nonce of the answer, and comes from here', async () => {
    const client = server.client();
    const { text, headers } = await client.request('get', '/graphiql').expect(200);
    const nonce = /'nonce-([^']+)'/.exec(headers['content-security-policy'] as string)?.[1] as string;
    expect(Buffer.from(nonce, 'base64').length).toBeGreaterThanOrEqual(16);
    const scripts = [...text.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag);
    expect(scripts.length).toBeGreaterThan(1);
    for (const tag of scripts) expect(tag).toContain(`nonce="${nonce}"`);

    const files = [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path as string);
    expect(files.length).toBeGreaterThan(0);
    for (const path of files) await client.request('get', path).expect(200);
    expect(text).not.toMatch(/(src|href)="(https?:)?\/\//);

    const again = await client.request('get', '/graphiql');
    expect(again.headers['content-security-policy']).not.toContain(nonce);
  });

  it('can introspect, and be helped with a name', async () => {
    const client = server.client();
    const { data, errors } = await client.graphql(getIntrospectionQuery());
    expect(errors).toBeUndefined();
    expect(data.__schema.queryType).toEqual({ name: 'Query', kind: 'OBJECT' });
    expect((await client.graphql('{ currentUsr { rowId } }')).errors?.[0]?.message).toContain('Did you mean');
  });

  it('can be called with cookies from an allowed origin', async () => {
    const client = server.client();
    const preflight = await client.request('options', '/graphql').set({
      origin: SHOP,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'x-csrf-token',
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': SHOP,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'x-csrf-token',
    });
    const { response } = await client.graphql('{ __typename }', {}, { origin: SHOP });
    expect(response.headers).toMatchObject({
      'access-control-allow-origin': SHOP,
      'access-control-allow-credentials': 'true',
      vary: expect.stringContaining('Origin'),
    });
    expect(response.headers['access-control-expose-headers']).toContain('x-csrf-token');
  });

  it('cannot be read from any other origin', async () => {
    const client = server.client();
    for (const origin of [
      'https://evil.example.com',
      'null',
      `${SHOP}.evil.example.com`,
      'https://shop.example.com:8443',
    ]) {
      for (const method of ['get', 'options'] as const) {
        const { headers } = await client
          .request(method, '/csrf-token')
          .set({ origin, 'access-control-request-method': 'POST' });
        expect(headers).not.toHaveProperty('access-control-allow-origin');
      }
      expect((await client.graphql('{ __typename }', {}, { origin })).code).toBe('FORBIDDEN');
    }
  });
});

describe('headers in production', () => {
  const server = useServer(PRODUCTION);

  it.each(PATHS)('can keep browsers from doing harm with %s', async (path) => {
    const { headers } = await server.client(HTTPS).request('get', path);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
    });
    expect(policyOf(headers['content-security-policy'])).toEqual({
      'default-src': "'none'",
      'frame-ancestors': "'none'",
      'base-uri': "'none'",
      'form-action': "'self'",
    });
    for (const name of ['x-powered-by', 'server', 'access-control-allow-origin'])
      expect(headers).not.toHaveProperty(name);
  });

  it('cannot show GraphiQL, its files, or any page for developers', async () => {
    for (const path of [
      '/graphiql',
      '/ruru-static/ruru.js',
      '/graphql/stream',
      '/',
      '/dev/mail',
      '/dev/mail.json',
    ]) {
      const { status, body } = await server.client(HTTPS).request('get', path).set('accept', 'text/html');
      expect([path, status, body.errors?.[0]?.extensions]).toEqual([path, 404, { code: 'NOT_FOUND' }]);
    }
  });

  it('cannot introspect, or be asked for the schema by guessing', async () => {
    const client = server.client(HTTPS);
    for (const query of [
      getIntrospectionQuery(),
      '{ __schema { queryType { name } } }',
      '{ __type(name: "User") { name } }',
    ]) {
      const { status, code, data } = await client.graphql(query);
      expect([status, code, data]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED', undefined]);
    }
    const guesses = [
      await client.graphql('{ currentUsr { rowId } }'),
      await client.graphql('{ users(frst: 1) { nodes { rowId } } }'),
      await client.graphql('query Q($filter: UserFilter) { users(filter: $filter) { nodes { rowId } } }', {
        filter: { usrname: {} },
      }),
    ];
    for (const { code, response } of guesses) {
      expect(code).toBe('GRAPHQL_VALIDATION_FAILED');
      expect(response.text).not.toMatch(/did you mean|currentUser|"first|username/i);
    }
    expect((await client.graphql('{ __typename currentUser { __typename } }')).data).toEqual({
      __typename: 'Query',
      currentUser: null,
    });
  });
});

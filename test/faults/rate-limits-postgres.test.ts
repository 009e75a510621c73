import { describe, expect, it } from '@jest/globals';
import { describeRateLimits } from '../helpers/describe-rate-limits.ts';
import { useServer } from '../helpers/server.ts';

describeRateLimits('PostgreSQL', {
  environment: {},
  async keys(server) {
    const rows = await server.sql<{ key: string }>('select key from app_private.rate_limits order by key');
    return rows.map(({ key }) => key);
  },
  breakIt: (server) => server.sql('alter table app_private.rate_limits rename to lost'),
  mendIt: (server) => server.sql('alter table app_private.lost rename to rate_limits'),
});

const ON = {
  RATE_LIMITS: 'on',
  RATE_LIMIT_REQUESTS: '10 in 2 minutes',
  RATE_LIMIT_LOGINS: '2 in 15 minutes',
};
type Server = ReturnType<typeof useServer>;

/** The statuses of requests, each with these headers. */
async function statuses(server: Server, count: number, headers: (index: number) => Record<string, string>) {
  const all: number[] = [];
  for (let i = 0; i < count; i++)
    all.push((await server.client(headers(i)).request('get', '/csrf-token')).status);
  return all;
}
const refused = (all: number[]) => all.filter((status) => status === 429).length;

describe('the limit of all requests', () => {
  const server = useServer({ ...ON, ALLOWED_ORIGINS: 'https://shop.example.com' });

  it('cannot be exceeded by whatever an address asks for', async () => {
    expect(refused(await statuses(server, 10, () => ({})))).toBe(0);
    const requests = [
      server.client().request('get', '/csrf-token'),
      server.client().request('post', '/graphql').send({ query: '{ __typename }' }),
      server.client().request('get', '/graphiql'),
      server.client().request('get', '/nothing'),
    ];
    for (const request of requests) {
      const { status, body, headers } = await request.set('origin', 'https://shop.example.com');
      expect([status, body.errors[0].extensions.code]).toEqual([429, 'RATE_LIMITED']);
      const { retryAfter } = body.errors[0].extensions;
      expect(retryAfter).toBeGreaterThan(60);
      expect(headers['retry-after']).toBe(String(retryAfter));
      // A page of another origin can read it.
      expect(headers['access-control-allow-origin']).toBe('https://shop.example.com');
      expect(headers['access-control-expose-headers']).toContain('retry-after');
    }
    // A supervisor always gets its answer.
    expect((await server.client().request('get', '/healthz')).status).toBe(200);
  });
});

describe('addresses, without a proxy', () => {
  const server = useServer(ON);

  it('cannot be made up by a client', async () => {
    const spoofed = await statuses(server, 15, (i) => ({
      'x-forwarded-for': `203.0.113.${i}`,
      forwarded: `for=203.0.113.${i}`,
      'x-real-ip': `203.0.113.${i}`,
    }));
    expect(refused(spoofed)).toBe(5);
  });
});

describe('addresses, behind one proxy', () => {
  const server = useServer({ ...ON, TRUST_PROXY: '1' });

  it('can be told apart: each has its own limit', async () => {
    expect(refused(await statuses(server, 15, (i) => ({ 'x-forwarded-for': `203.0.113.${i}` })))).toBe(0);
  });

  it('cannot be made up by a client: the proxy adds the real one behind what it was sent', async () => {
    const spoofed = await statuses(server, 15, (i) => ({
      'x-forwarded-for': `203.0.113.${i}, 198.51.100.1`,
    }));
    expect(refused(spoofed)).toBe(5);
    const login = (i: number) =>
      server.client({ 'x-forwarded-for': `203.0.113.${100 + i}, 198.51.100.2` }).login(`nobody-${i}`, 'x');
    expect((await login(0)).code).toBe('INVALID_CREDENTIALS');
    expect((await login(1)).code).toBe('INVALID_CREDENTIALS');
    expect((await login(2)).code).toBe('RATE_LIMITED');
  });

  it('cannot be changed at will within the network that a provider gives to one customer', async () => {
    const sameNetwork = await statuses(server, 15, (i) => ({ 'x-forwarded-for': `2001:db8:1:2:${i}::${i}` }));
    expect(refused(sameNetwork)).toBe(5);
    const others = await statuses(server, 15, (i) => ({ 'x-forwarded-for': `2001:db8:1:${i + 10}::1` }));
    expect(refused(others)).toBe(0);
  });
});

describe('RATE_LIMITS=off', () => {
  const server = useServer({ ...ON, RATE_LIMITS: 'off' });

  it('can lift the limits, and cannot lift the throttle of wrong passwords', async () => {
    expect(refused(await statuses(server, 15, () => ({})))).toBe(0);
    const client = server.client();
    await client.register('ada');
    for (let i = 0; i < 5; i++) expect((await client.login('ada', 'wrong')).code).toBe('INVALID_CREDENTIALS');
    const { status, code } = await client.login('ada', 'wrong');
    expect([status, code]).toEqual([200, 'TOO_MANY_ATTEMPTS']);
  });
});

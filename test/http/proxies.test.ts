import { describe, expect, it } from '@jest/globals';
import { parseClientAddress } from '../../src/client-address.ts';
import { PRODUCTION } from '../helpers/production.ts';
import { useServer } from '../helpers/server.ts';
import { ISSUE } from '../helpers/token-client.ts';
import { useLog } from '../helpers/use-log.ts';

const FORMS: Array<[string, string | null]> = [
  ['203.0.113.9', '203.0.113.9'],
  ['203.0.113.9:54321', '203.0.113.9'],
  [' 203.0.113.9 ', '203.0.113.9'],
  ['"203.0.113.9:80"', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['[::FFFF:cb00:7109]:443', '203.0.113.9'],
  ['2001:DB8:0:0::9', '2001:db8::9'],
  ['[2001:db8::9]', '2001:db8::9'],
  ['[2001:db8::9]:54321', '2001:db8::9'],
  ['"[2001:db8::9]:1"', '2001:db8::9'],
  ['2001:db8:0:0:0:0:0:9:54321', '2001:db8::9'],
  ['fe80::1%eth0', 'fe80::1'],
  ['[fe80::1%25eth0]:80', 'fe80::1'],
  ['198.51.100.1:9, 203.0.113.9:54321', '203.0.113.9'],
  ['unknown, 203.0.113.9', '203.0.113.9'],
  ['203.0.113.9, unknown', null],
  ['unknown', null],
  ['_hidden', null],
  ['_SEVKISEK:80', null],
  ['203.0.113.999', null],
  ['203.0.113', null],
  ['0xcb007109', null],
  ['[203.0.113.9', null],
  ['[]', null],
  [':80', null],
  ['example.com', null],
  ["'; drop table users --", null],
  ['x'.repeat(60), null],
];

describe('behind a proxy', () => {
  const server = useServer({
    TRUST_PROXY: '1',
    RATE_LIMITS: 'on',
    RATE_LIMIT_LOGINS: '10000 in 1 minute',
    RATE_LIMIT_LOGINS_PER_ACCOUNT: '10000 in 1 minute',
    RATE_LIMIT_REQUESTS: '60 in 1 hour',
  });
  const TOKEN_MODE = { 'x-auth-mode': 'token' };

  it.each(FORMS)('can log in whatever the address looks like: %j is %j', async (header, address) => {
    const account = await server
      .client({ 'x-forwarded-for': `192.0.2.${FORMS.findIndex(([form]) => form === header)}` })
      .register();
    const client = server.client({ 'x-forwarded-for': header });
    const { data, errors } = await client.graphql(ISSUE, account, TOKEN_MODE);
    expect([errors, data.issueTokens.tokens.accessToken]).toEqual([undefined, expect.any(String)]);
    const [event] = await server.sql(
      `select host(address) as address from app_public.audit_events where user_id = $1 order by occurred_at desc limit 1`,
      [account.id],
    );
    expect(event).toEqual({ address });
  });

  it.each([
    ['ports', (i: number) => `198.51.100.7:${5000 + i}`],
    ['ports of IPv6', (i: number) => `[2001:db8:7::1]:${5000 + i}`],
    ['zones', (i: number) => `fe80:7::1%eth${i}`],
  ])('cannot count as another client by other %s', async (_, forwardedFor) => {
    const statuses: number[] = [];
    for (let i = 0; i < 65; i++)
      statuses.push(
        (await server.client({ 'x-forwarded-for': forwardedFor(i) }).request('get', '/csrf-token')).status,
      );
    expect(statuses).toEqual([...Array(60).fill(200), ...Array(5).fill(429)]);
  });
});

describe('behind two proxies that are known by their addresses', () => {
  const server = useServer({ TRUST_PROXY: 'loopback, 10.0.0.0/8, 2001:db8:a::/48', RATE_LIMITS: 'off' });

  it.each([
    '203.0.113.9:54321, 10.0.0.2:4711',
    '192.0.2.1, 203.0.113.9:54321, [2001:db8:a::1]:4711, 10.9.9.9',
    'unknown, 203.0.113.9, ::ffff:10.0.0.2',
  ])('can tell the client, also where proxies write a port: %s', async (header) => {
    const account = await server.client({ 'x-forwarded-for': header }).register();
    const [session] = await server.sql(
      `select host(address) as address from app_public.audit_events where user_id = $1 limit 1`,
      [account.id],
    );
    expect(session).toEqual({ address: '203.0.113.9' });
  });
});

describe('an address', () => {
  it('can be read twice with the same result', () => {
    for (const [form] of FORMS) {
      const once = parseClientAddress(form.split(',').at(-1));
      expect(parseClientAddress(once)).toBe(once);
    }
    expect(parseClientAddress(undefined)).toBeUndefined();
    expect(parseClientAddress('')).toBeUndefined();
  });
});

describe('a proxy that TRUST_PROXY does not name', () => {
  const log = useLog();
  const { TRUST_PROXY, ...production } = PRODUCTION;
  const server = useServer(
    { ...production, LOG_LEVEL: 'warn', RATE_LIMITS: 'off' },
    { logTo: log.destination },
  );
  const said = () => log.lines.map((line) => JSON.parse(line).msg as string);

  it('cannot make a login seem to work: it is refused with its reason, and starts no session', async () => {
    const client = server.client({ 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' });
    for (const document of [
      'mutation { login(input: {username: "ada", password: "password of ada"}) { result { rowId } } }',
      'mutation { register(input: {username: "ada", email: "ada@example.com", password: "password of ada"}) { result { rowId } } }',
    ]) {
      const { code, errors } = await client.graphql(document);
      expect([code, errors?.[0]?.message]).toEqual(['BAD_REQUEST', expect.stringContaining('TRUST_PROXY')]);
    }
    expect(await server.sql('select from app_public.users')).toEqual([]);
    expect(
      said().filter((message) => message.includes('through a proxy, but TRUST_PROXY is not set')),
    ).toHaveLength(1);
    expect(said().filter((message) => message.startsWith('A login was refused'))).toHaveLength(1);
  });

  it('can still be asked with tokens', async () => {
    const client = server.client();
    const { code } = await client.graphql(
      ISSUE,
      { username: 'nobody', password: 'password' },
      { 'x-auth-mode': 'token' },
    );
    expect(code).toBe('INVALID_CREDENTIALS');
  });
});

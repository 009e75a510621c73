import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../../src/config.ts';
import { parseDatabaseUrl, withParts } from '../../src/database/urls.ts';
import { PRODUCTION } from '../helpers/production.ts';

const OWNER = 'postgres://rowgate_owner:p@h/d';
const DATABASES = { DATABASE_URL: 'postgres://authenticator:p@h/d', DATABASE_OWNER_URL: OWNER };

/** What is said of these settings; empty when they are accepted. */
function refusal(settings: Record<string, string>): string {
  try {
    readConfig(settings);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('database URLs', () => {
  const read = (url: string) => {
    expect(refusal({ ...DATABASES, DATABASE_URL: url })).toBe('');
    return parseDatabaseUrl(url);
  };
  const h = { host: 'h', port: 5432, database: 'd', user: 'authenticator' };

  it.each([
    ['postgres://authenticator:p%40ss%2Fw%23rd@h/d', { ...h, password: 'p@ss/w#rd' }],
    ['postgresql://authenticator:p@h/d', { ...h, password: 'p' }],
    ['postgres://authenticator:100%sure@h/d', { ...h, password: '100%sure' }],
    ['postgres://authenticator:p ss@h/d', { ...h, password: 'p ss' }],
    ['postgres://authenticator:p@ss@h/d', { ...h, password: 'p@ss' }],
    ['postgres://authenticator:p@[::1]:5433/d', { ...h, host: '::1', port: 5433, password: 'p' }],
    ['postgres://my-app-auth:p@h/my-db', { ...h, user: 'my-app-auth', database: 'my-db', password: 'p' }],
    ['postgres://a:p@h/d%C3%A9', { ...h, user: 'a', database: 'dé', password: 'p' }],
    ['postgres://authenticator:p@/d?host=/var/run/postgresql', { ...h, host: '/var/run/postgresql' }],
    ['postgres://authenticator:p@%2Fvar%2Frun%2Fpostgresql/d', { ...h, host: '/var/run/postgresql' }],
    ['postgres://authenticator:p@localhost/d?host=/cloudsql/a:b:c', { ...h, host: '/cloudsql/a:b:c' }],
    ['postgres:///d?host=/var/run/postgresql&user=authenticator', { ...h, host: '/var/run/postgresql' }],
    ['postgres:///d?host=/run/pg&user=a@b&port=5433', { ...h, host: '/run/pg', port: 5433, user: 'a@b' }],
  ])('can be %s', (url, parts) => {
    const found = read(url);
    expect(found).toMatchObject(parts);
    // Another database or user of the same server.
    expect(parseDatabaseUrl(withParts(url, {}))).toEqual(found);
    const changes = { user: 'o/wner', password: 'x#?% @:', database: 'another one' };
    expect(parseDatabaseUrl(withParts(url, changes))).toEqual({ ...found, ...changes });
  });

  it('keep what else they say when a part is changed', () => {
    const url = withParts('postgres://a:p@h/d?sslmode=verify-full&host=/run/pg', { database: 'e' });
    expect(url).toBe('postgres://a:p@%2Frun%2Fpg:5432/e?sslmode=verify-full');
  });

  it.each(['/', '#', '?', '%ff', '1/', '1#', '1?', '1%ff'])(
    'cannot have a password with %s as it is: told which setting, and not the password',
    (character) => {
      for (const name of ['DATABASE_URL', 'DATABASE_OWNER_URL', 'ROOT_DATABASE_URL', 'DATABASE_LISTEN_URL']) {
        const said = refusal({ ...DATABASES, [name]: `postgres://user:${character}secret@h/d` });
        expect(said).toMatch(new RegExp(`- ${name} .*percent-encode the password`));
        expect(said).not.toContain('secret');
      }
    },
  );

  it.each([
    ['host=h dbname=d user=u', 'must be a URL that begins with postgres://'],
    ['mysql://u:p@h/d', 'must be a URL that begins with postgres://'],
    ['postgres://u:p@h1:5432,h2:5432/d', 'must name one host'],
    ['postgres://u:p@h', 'must name a database'],
    ['postgres://u:p@h/?x=1', 'must name a database'],
    ['postgres://h/d', 'must name a user'],
    ['postgres://:p@h/d', 'must name a user'],
    ['postgres://u:p@h:99999/d', 'percent-encode'],
    ['postgres://u:p@h/d?port=0', 'impossible port'],
    ['postgres://u:p@h/d?sslrootcert=/nowhere.crt', 'a file that cannot be read (ENOENT): /nowhere.crt'],
  ])('cannot be %s', (url, said) => {
    expect(refusal({ ...DATABASES, DATABASE_URL: url })).toContain(said);
  });

  it('cannot be those of one user, or of one database that is dropped', () => {
    expect(refusal({ ...DATABASES, DATABASE_URL: OWNER })).toContain(
      'DATABASE_URL must log in as another user',
    );
    expect(refusal({ ...DATABASES, SHADOW_DATABASE_URL: OWNER })).toContain('SHADOW_DATABASE_URL must name');
  });
});

describe('other URLs', () => {
  it.each([
    ['SMTP_URL', 'smtp://user:p%40ss@mail:587', ''],
    ['SMTP_URL', 'smtp://mail', ''],
    ['SMTP_URL', 'smtps://user%40example.com:p@mail?pool=true', ''],
    ['SMTP_URL', 'smtp://user:100%sure@mail', 'percent-encode the password'],
    ['SMTP_URL', 'smtp://user:1#x@mail', 'percent-encode the password'],
    ['SMTP_URL', 'smtp://user:1/x@mail', 'percent-encode the password'],
    ['SMTP_URL', 'smtp://user:a#x@mail', 'percent-encode the password'],
    ['SMTP_URL', 'smtp://', 'must name a host'],
    ['SMTP_URL', 'mail:587', 'must be a URL that begins with smtp://'],
    ['REDIS_URL', 'redis://:p%23@h:6379/2', ''],
    ['REDIS_URL', 'rediss://h', ''],
    ['REDIS_URL', 'redis://:p#@h:6379', 'percent-encode the password'],
    ['REDIS_URL', 'redis://:1?@h:6379', 'percent-encode the password'],
    ['REDIS_URL', 'redis://h/cache', 'must end with the number of a database'],
    ['ROOT_URL', 'https://EXAMPLE.com:443/', ''],
    ['ROOT_URL', 'https://example.com/app', 'must be an origin'],
    ['ROOT_URL', 'https://example.com?x', 'must be an origin'],
    ['ROOT_URL', 'https://example.com/#x', 'must be an origin'],
    ['ROOT_URL', 'https://user:p@example.com', 'must be an origin'],
    ['ROOT_URL', 'example.com', 'must be a URL that begins with http://'],
  ])('%s=%s: %j', (name, value, said) => {
    const message = refusal({ [name]: value });
    if (said === '') expect(message).toBe('');
    else expect(message).toMatch(new RegExp(`^  - ${name} .*${said}`, 'm'));
  });

  it('can be written in more than one way where they mean the same', () => {
    expect(readConfig({ ROOT_URL: 'https://EXAMPLE.com:443/' }).rootUrl).toBe('https://example.com');
    expect(readConfig({ ROOT_URL: 'https://bücher.example' }).rootUrl).toBe('https://xn--bcher-kva.example');
  });

  it('cannot be http for browsers in production', () => {
    expect(refusal({ ...PRODUCTION, ROOT_URL: 'http://api.example.com' })).toContain(
      'ROOT_URL must be https',
    );
    expect(refusal({ ...PRODUCTION, ROOT_URL: 'http://localhost:5678' })).toBe('');
  });
});

describe('ALLOWED_ORIGINS', () => {
  it.each([
    ['https://app.example.com/', 'https://app.example.com'],
    ['HTTPS://App.Example.COM', 'https://app.example.com'],
    ['https://app.example.com:443', 'https://app.example.com'],
    ['http://app.example.com:80/', 'http://app.example.com'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['http://[::1]:3000/', 'http://[::1]:3000'],
    ['capacitor://LOCALHOST/', 'capacitor://localhost'],
    [' https://a.example , https://b.example/,', 'https://a.example https://b.example'],
  ])('can be %j, as browsers write it', (value, origins) => {
    expect(readConfig({ ALLOWED_ORIGINS: value }).allowedOrigins.join(' ')).toBe(origins);
  });

  it.each([
    ...['*', 'https://*.example.com', 'null', 'app.example.com', 'localhost:3000', '//app.example.com'],
    ...['https://app.example.com/path', 'https://app.example.com?x', 'https://u:p@app.example.com'],
    ...['https://a.example https://b.example', 'file:///x', 'https://', 'data:text/html,x'],
  ])('cannot be %j', (value) => {
    expect(refusal({ ALLOWED_ORIGINS: `https://ok.example,${value}` })).toMatch(
      /^ {2}- ALLOWED_ORIGINS\S* must be origins such as .*; /m,
    );
  });
});

describe('other settings', () => {
  it.each([
    ['PORT', '0x50'],
    ['PORT', ' '],
    ['PORT', '1e3'],
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['WEB_CONCURRENCY', '0'],
    ['WEB_CONCURRENCY', '1.5'],
    ['BCRYPT_COST', '31'],
    ['SESSION_IDLE', '0 days'],
    ['SESSION_IDLE', '-3 days'],
    ['SESSION_ABSOLUTE', '999999999 days'],
    ['RATE_LIMIT_REQUESTS', '5 in 25 days'],
    ['RATE_LIMIT_LOGINS', '0 in 1 hour'],
    ['SESSION_SECRET', ','],
    ['SESSION_SECRET', 'a,,b'],
    ['KEY_ENCRYPTION_SECRET', ' '],
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', '0.0.0.0/0'],
    ['TRUST_PROXY', '10.0.0.1:80'],
    ['TRUST_PROXY', '::/0'],
    ['MAIL_FROM', 'Rowgate'],
    ['MAIL_FROM', 'a@example.com, b@example.com'],
    ['MAIL_FROM', 'Rowgate <no-reply example.com>'],
    ['MAIL_FROM', 'Rowgate <>'],
    ['METRICS_PORT', '5678'],
  ])('cannot be %s=%j', (name, value) => {
    expect(refusal({ [name]: value })).toMatch(new RegExp(`^  - ${name} must `, 'm'));
  });

  it.each(['no-reply@example.com', 'Acme, Inc. <no-reply@example.com>', 'Größe <x@bücher.example>'])(
    'can be MAIL_FROM=%s',
    (value) => expect(refusal({ MAIL_FROM: value })).toBe(''),
  );

  it('are refused in one message that lists all', () => {
    const said = refusal({ PORT: 'x', ROOT_URL: 'y', SMTP_URL: 'z', ALLOWED_ORIGINS: '*' });
    expect(said.match(/^ {2}- /gm)).toHaveLength(4);
  });
});

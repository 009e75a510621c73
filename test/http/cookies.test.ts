import { describe, expect, it } from '@jest/globals';
import express from 'express';
import supertest from 'supertest';
import type { Deps } from '../../src/deps.ts';
import { installCookies } from '../../src/middleware/cookies.ts';
import { HTTPS, PRODUCTION } from '../helpers/production.ts';
import { useServer } from '../helpers/server.ts';
import { type SetCookie, setCookies } from '../helpers/set-cookies.ts';
import { cookieId, signCookie } from '../helpers/sign-cookie.ts';

const REGISTER = `mutation Register($input: RegisterInput!) { register(input: $input) { result { rowId } } }`;
const ADA = { username: 'ada', email: 'ada@example.com', password: 'password of ada' };
const NEW_SECRET = 'the newer of two keys which signs';
const OLD_SECRET = 'the older of two keys which verifies';

const named = (cookies: SetCookie[], name: string) => cookies.find((cookie) => cookie.name === name);

describe('cookies in development', () => {
  const server = useServer({ SESSION_SECRET: `${NEW_SECRET},${OLD_SECRET}` });

  it('can be neither read by scripts nor sent by other sites, and end with the session', async () => {
    const client = server.client();
    const visit = await client.request('get', '/csrf-token');
    client.csrfToken = visit.body.csrfToken;
    const { response } = await client.graphql(REGISTER, { input: ADA });

    const cookies = [...setCookies(visit), ...setCookies(response)];
    expect(new Set(cookies.map(({ name }) => name))).toEqual(
      new Set(['rowgate', 'rowgate.csrf', 'rowgate.visitor']),
    );
    for (const { attributes } of cookies) {
      expect(attributes).toMatchObject({ httponly: '', samesite: 'Lax', path: '/' });
      expect(attributes).not.toHaveProperty('domain');
    }
    const session = named(cookies, 'rowgate') as SetCookie;
    const expiry = Date.parse(session.attributes.expires as string);
    expect(Math.abs(expiry - Date.now() - server.config.session.absolute * 1000)).toBeLessThan(60_000);
    const [row] = await server.sql<{ expires_at: Date }>('select expires_at from app_public.sessions');
    expect(Math.abs(expiry - Number(row?.expires_at))).toBeLessThan(60_000);
  });

  it('can be guessed by nobody: at least 128 random bits', async () => {
    const ids = new Set<string>();
    for (let i = 0; i < 8; i++) {
      const client = server.client();
      await client.fetchCsrfToken();
      const visitor = cookieId(client.cookies.get('rowgate.visitor'));
      await client.register();
      const session = cookieId(client.cookies.get('rowgate'));
      expect(Buffer.from(visitor, 'hex').length).toBeGreaterThanOrEqual(16);
      expect(Buffer.from(session, 'base64url').length).toBeGreaterThanOrEqual(16);
      ids.add(visitor).add(session);
    }
    expect(ids.size).toBe(16);
  });

  it('are not looked at when they are those of other applications, however many look signed', async () => {
    const app = express();
    installCookies(app, { config: server.config } as Deps);
    app.get('/', ({ cookies, signedCookies }, res) => void res.json({ cookies, signedCookies }));
    const ours = `rowgate.csrf=token; rowgate.visitor=${signCookie('visitor', OLD_SECRET)}; rowgate=${signCookie('forged', 'theirs')}`;
    const others = Array.from(
      { length: 1_000 },
      (_, i) => `rowgate.${i}=${signCookie('x', NEW_SECRET)}; j=j:{}`,
    ).join('; ');
    // Of several with one name the first counts, as everywhere.
    for (const cookie of [ours, `${others.slice(0, 10_000)}; ${ours}; rowgate.csrf=second`]) {
      const { body } = await supertest(app).get('/').set({ cookie });
      expect(body).toEqual({
        cookies: { 'rowgate.csrf': 'token' },
        signedCookies: { 'rowgate.visitor': 'visitor', rowgate: false },
      });
    }
  });

  it('cannot be chosen by somebody else before a login', async () => {
    const account = await server.client().register();
    const visitor = server.client();
    await visitor.fetchCsrfToken();
    const planted = [
      'unsigned',
      signCookie('signed by somebody else', 'a key of theirs'),
      signCookie('signed by us, but unknown', NEW_SECRET),
      visitor.cookies.get('rowgate.visitor') as string,
    ];
    for (const value of planted) {
      const victim = server.client();
      victim.cookies.set('rowgate', value);
      expect((await victim.login(account.username, account.password)).code).toBe('UNAUTHENTICATED');
      expect(victim.cookies.has('rowgate')).toBe(false);

      await victim.login(account.username, account.password);
      expect(victim.cookies.get('rowgate')).not.toBe(value);
      expect(cookieId(victim.cookies.get('rowgate'))).not.toBe(cookieId(value));

      const attacker = server.client();
      attacker.cookies.set('rowgate', value);
      expect((await attacker.currentUser()).code).toBe('UNAUTHENTICATED');
    }
  });

  it('cannot survive a login: what the client had before names nothing afterwards', async () => {
    const client = server.client();
    await client.fetchCsrfToken();
    const before = [...client.cookies.values()];
    const account = await client.register();
    for (const value of before) {
      const attacker = server.client();
      attacker.cookies.set('rowgate', value);
      expect((await attacker.currentUser()).code).toBe('UNAUTHENTICATED');
    }
    expect((await client.currentUser()).data.currentUser.username).toBe(account.username);
  });

  it.each(['login', 'register', 'logout'] as const)('cannot be replayed after a %s', async (mutation) => {
    const client = server.client();
    const account = await client.register();
    const thief = server.client();
    thief.cookies.set('rowgate', client.cookies.get('rowgate') as string);
    expect((await thief.currentUser()).data.currentUser.username).toBe(account.username);

    if (mutation === 'login') await client.login(account.username, account.password);
    if (mutation === 'register') await client.register();
    if (mutation === 'logout') await client.logout();

    expect((await thief.currentUser()).code).toBe('UNAUTHENTICATED');
    expect(thief.cookies.has('rowgate')).toBe(false);
  });

  it('cannot cost a write: an anonymous visit changes no table', async () => {
    const contents = async () => [await server.contents(), await server.storedCookies()];
    const before = await contents();
    const visitor = server.client();
    await visitor.request('get', '/');
    await visitor.request('get', '/graphiql').expect(200);
    await visitor.fetchCsrfToken();
    expect((await visitor.currentUser()).data).toEqual({ currentUser: null });
    await visitor.logout();
    expect(await contents()).toEqual(before);
    expect(visitor.cookies.has('rowgate')).toBe(false);

    await visitor.register();
    expect(await contents()).not.toEqual(before);
    expect(await server.storedCookies()).not.toEqual(before[1]);
  });

  it('cannot be extended by use', async () => {
    const client = server.client();
    const { sessionId } = await client.register();
    const limits = async () => ({
      cookies: await server.storedCookies(),
      rows: await server.sql('select expires_at from app_public.sessions where id = $1', [sessionId]),
    });
    const before = await limits();
    expect(before.rows).toHaveLength(1);
    const answers = [
      await client.currentUser(),
      await client.graphql('mutation { endOtherSessions(input: {}) { result } }'),
    ];
    for (const { response, errors } of answers) {
      expect(errors).toBeUndefined();
      expect(named(setCookies(response), 'rowgate')).toBeUndefined();
    }
    expect(await limits()).toEqual(before);
  });

  it('can be verified with an older secret, and are signed with the newest', async () => {
    const client = server.client();
    const { username } = await client.register();
    const id = cookieId(client.cookies.get('rowgate'));
    expect(client.cookies.get('rowgate')).toBe(signCookie(id, NEW_SECRET));

    const holder = server.client();
    holder.cookies.set('rowgate', signCookie(id, OLD_SECRET));
    expect((await holder.currentUser()).data.currentUser.username).toBe(username);

    for (const forged of [signCookie(id, 'a key that was never ours'), id, encodeURIComponent(`s:${id}.`)]) {
      const forger = server.client();
      forger.cookies.set('rowgate', forged);
      expect((await forger.currentUser()).code).toBe('UNAUTHENTICATED');
    }
  });
});

describe('cookies in production', () => {
  const server = useServer(PRODUCTION);

  it('can only be set by this host, and only travel over https', async () => {
    const client = server.client(HTTPS);
    const visit = await client.request('get', '/csrf-token');
    client.csrfToken = visit.body.csrfToken;
    const { response, errors } = await client.graphql(REGISTER, { input: ADA });
    expect(errors).toBeUndefined();

    const cookies = [...setCookies(visit), ...setCookies(response)];
    expect(new Set(cookies.map(({ name }) => name))).toEqual(
      new Set(['__Host-rowgate', '__Host-rowgate.csrf', '__Host-rowgate.visitor']),
    );
    for (const { attributes } of cookies) {
      expect(attributes).toMatchObject({ secure: '', httponly: '', samesite: 'Lax', path: '/' });
      expect(attributes).not.toHaveProperty('domain');
    }
    expect((await client.currentUser()).data.currentUser.username).toBe('ada');
  });

  it('can be taken away: the answer that clears a cookie has the same attributes', async () => {
    const client = server.client(HTTPS);
    await client.register();
    const { response } = await client.logout();
    expect(named(setCookies(response), '__Host-rowgate')).toMatchObject({
      value: '',
      isExpired: true,
      attributes: { secure: '', httponly: '', samesite: 'Lax', path: '/' },
    });
  });

  it('cannot be had over plain http', async () => {
    const client = server.client();
    await client.fetchCsrfToken();
    // Its cookie could not be set, so the registration is refused before it happens.
    await expect(client.register()).rejects.toThrow('does not count as https');
    expect(client.cookies.has('__Host-rowgate')).toBe(false);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis } from '../helpers/start-redis.ts';
import { until } from '../helpers/until.ts';
import { type ServerProcess, startServerProcess } from './helpers/start-server-process.ts';
import { useServerProcess } from './helpers/use-server-process.ts';

const redis = await startRedis();
afterAll(() => redis.stop());

/** Milliseconds; the store's limit is 1.5 s, and a Redis that is frozen would never answer. */
const SOON = 10_000;

describe('servers whose Redis is lost', () => {
  const server = useServerProcess({ REDIS_URL: redis.url });
  /** Another one, which has not seen the cookies that the first one remembers. */
  let other: ServerProcess;
  beforeAll(async () => {
    other = await startServerProcess(server.database, { REDIS_URL: redis.url });
  });
  afterAll(() => other.end('SIGKILL'));

  it.each([
    { fault: 'killed', lose: redis.stop, mend: redis.start, keepsCookies: false },
    {
      fault: 'frozen',
      lose: async () => redis.freeze(),
      mend: async () => redis.thaw(),
      keepsCookies: true,
    },
  ])(
    'cannot let anybody in as somebody else or as nobody, and can recover ($fault)',
    async ({ lose, mend, keepsCookies }) => {
      const known = server.client();
      const account = await known.register();
      const leaving = server.client();
      await leaving.login(account.username, account.password);
      const stolen = leaving.cookies.get('rowgate') as string;
      /** The same browser, at the server that has not seen it. */
      const unknown = other.client();
      for (const [name, value] of known.cookies) unknown.cookies.set(name, value);
      unknown.csrfToken = known.csrfToken;
      const visitor = other.client();
      await visitor.fetchCsrfToken();

      await lose();
      try {
        const startedAt = performance.now();
        expect((await known.currentUser()).data.currentUser.username).toBe(account.username);
        const { status, code, data, response } = await unknown.currentUser();
        expect([status, code, data]).toEqual([503, 'UNAVAILABLE', undefined]);
        expect(response.headers).not.toHaveProperty('set-cookie');
        expect(performance.now() - startedAt).toBeLessThan(SOON);

        expect((await visitor.currentUser()).data).toEqual({ currentUser: null });
        expect((await visitor.login(account.username, account.password)).code).toBe('UNAVAILABLE');
        expect(visitor.cookies.has('rowgate')).toBe(false);
        // Neither its cookies nor its token have changed.
        expect((await visitor.currentUser()).data).toEqual({ currentUser: null });

        expect((await leaving.logout()).data).toEqual({ logout: { result: true } });
        expect((await leaving.currentUser()).data).toEqual({ currentUser: null });
        leaving.cookies.set('rowgate', stolen);
        await leaving.fetchCsrfToken();
        expect((await leaving.currentUser()).status).toBe(503);

        for (const { health } of [server.process, other]) {
          expect(await health('/readyz')).toMatchObject({ status: 503, body: { redis: 'unreachable' } });
          expect((await health('/healthz')).status).toBe(200);
        }
      } finally {
        await mend();
      }

      await until(async () => (await other.health('/readyz')).status === 200);
      const answer = await unknown.currentUser();
      if (keepsCookies) expect(answer.data.currentUser.username).toBe(account.username);
      // It says so, and the next request is anonymous because the client knows.
      else expect(answer.code).toBe('UNAUTHENTICATED');
      expect((await leaving.currentUser()).code).toBe('UNAUTHENTICATED');
      expect((await visitor.login(account.username, account.password)).errors).toBeUndefined();
      expect((await visitor.currentUser()).data.currentUser.username).toBe(account.username);
      for (const { output } of [server.process, other]) expect(output).not.toContain('unexpected error');
    },
  );
});

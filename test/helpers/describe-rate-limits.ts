import { once } from 'node:events';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { makeLogger } from '../../src/logger.ts';
import { makePools } from '../../src/pools.ts';
import { makeServer } from '../../src/server.ts';
import { type Account, HttpClient } from './http-client.ts';
import { mutate } from './mutate.ts';
import { expectLimited, from, LIMITS, newAddress, type Store } from './rate-limit-fixture.ts';
import { useServer } from './server.ts';
import { until } from './until.ts';

/** The limits that all processes share, which have to hold in whatever store the counts are. */
export function describeRateLimits(name: string, { environment, keys, breakIt, mendIt }: Store): void {
  describe(`rate limits in ${name}`, () => {
    const server = useServer({ ...LIMITS, ...environment }, { recordsWire: true });
    let ada: Account;

    beforeAll(async () => {
      ada = await server.client(from(newAddress())).register('ada');
    });

    const newClient = (address = newAddress()) => server.client(from(address));

    it('can log in as often as is allowed, and cannot more often from one address', async () => {
      const address = newAddress();
      for (let i = 0; i < 6; i++) {
        const { code } = await newClient(address).login(`nobody-${i}`, 'wrong');
        expect(code).toBe('INVALID_CREDENTIALS');
      }
      const client = newClient(address);
      expectLimited(await client.login('ada', ada.password), 'RATE_LIMITED', 15 * 60);
      // Only that is refused, and only there.
      expect((await client.currentUser()).data).toEqual({ currentUser: null });
      expect((await newClient().login('ada', ada.password)).errors).toBeUndefined();
    });

    it('cannot count a document with many logins as one: it is refused as a whole, before any of them runs', async () => {
      const login = (i: number) =>
        `a${i}: login(input: { username: "many-${i}", password: "wrong" }) { result { rowId } }`;
      const logins = (count: number) => Array.from({ length: count }, (_, i) => login(i)).join(' ');
      const attempts = () =>
        server.sql<{ count: number }>('select count(*)::integer as count from app_private.login_attempts');

      const client = newClient();
      const first = await client.graphql(`mutation { ${logins(4)} }`);
      expect(first.errors?.map(({ extensions }) => extensions.code)).toEqual(
        Array(4).fill('INVALID_CREDENTIALS'),
      );
      const before = await attempts();
      expectLimited(await client.graphql(`mutation { ${logins(3)} }`), 'RATE_LIMITED', 15 * 60);
      const hidden = `mutation A { __typename } mutation B { ...F ... on Mutation { ...F } } fragment F on Mutation { ${logins(15)} }`;
      expectLimited(await newClient().post({ query: hidden, operationName: 'B' }), 'RATE_LIMITED', 15 * 60);
      expect((await newClient().graphql(`mutation { ${logins(50)} }`)).code).toBe('QUERY_TOO_COMPLEX');
      expect(await attempts()).toEqual(before);
      // The same key in the answer is the same operation.
      const { rowId } = (
        await newClient().graphql(
          `mutation { ${`login(input: { username: "ada", password: "${ada.password}" }) { result { rowId } } `.repeat(30)} }`,
        )
      ).data.login.result;
      expect(rowId).toMatch(/^[0-9a-f-]{36}$/);
    });

    it('cannot do any of the operations that guess, refresh or mail more often', async () => {
      const emailId = '00000000-0000-0000-0000-000000000000';
      const operations: [name: string, input: object, limit: number, seconds: number][] = [
        ['login', { username: 'x', password: 'x' }, 6, 900],
        ['issueTokens', { username: 'x', password: 'x' }, 6, 900],
        ['reauthenticate', { password: 'x' }, 6, 900],
        ['changePassword', { oldPassword: 'x', newPassword: 'x' }, 6, 900],
        ['createAccessToken', { name: 'x', expiresAt: '2000-01-01T00:00:00Z', scopes: ['read'] }, 6, 900],
        ['resetPassword', { token: 'x', newPassword: 'x' }, 6, 900],
        ['refreshTokens', { refreshToken: 'x' }, 3, 600],
        ['register', { username: 'x', email: 'x', password: 'x' }, 4, 3600],
        ['forgotPassword', { email: 'x@example.com' }, 4, 3600],
        ['createUserEmail', { userEmail: { email: 'x@example.com' } }, 4, 3600],
        ['resendEmailVerification', { emailId }, 4, 3600],
        ['requestAccountDeletion', { password: 'x' }, 4, 3600],
      ];
      for (const [operation, input, limit, seconds] of operations) {
        const client = newClient();
        const call = () => mutate(client, operation, { ...input }, 'clientMutationId');
        for (let i = 0; i < limit; i++) {
          const { code } = await call();
          expect(`${operation}: ${code}`).not.toMatch(/RATE_LIMITED|VALIDATION/);
        }
        expectLimited(await call(), 'RATE_LIMITED', seconds);
      }
    });

    it('cannot try one account more often, from however many addresses, whether or not it exists', async () => {
      for (const username of ['grace', 'no-such-user']) {
        if (username === 'grace') await newClient().register('grace');
        const password = 'password of grace';
        const spellings = [username, username.toUpperCase(), ` ${username} `];
        for (let i = 0; i < 8; i++) {
          const { code } = await newClient().login(spellings[i % 3] as string, password);
          expect(code).not.toBe('RATE_LIMITED');
        }
        expectLimited(await newClient().login(username, password), 'TOO_MANY_ATTEMPTS', 3600);
        const literally = `mutation { issueTokens(input: { username: "${username}", password: "x" }) { tokens { accessToken } } }`;
        expectLimited(await newClient().graphql(literally), 'TOO_MANY_ATTEMPTS', 3600);
      }
      expect((await newClient().login('ada', ada.password)).errors).toBeUndefined();
    });

    it('cannot have more mails sent to one address or by one session', async () => {
      for (let i = 0; i < 5; i++)
        expect(
          (await mutate(newClient(), 'forgotPassword', { email: 'Alan@example.com' })).errors,
        ).toBeUndefined();
      expectLimited(
        await mutate(newClient(), 'forgotPassword', { email: 'alan@example.com' }),
        'TOO_MANY_ATTEMPTS',
        3600,
      );

      const client = newClient();
      await client.login('ada', ada.password);
      const roaming = async () => {
        const elsewhere = newClient();
        for (const [key, value] of client.cookies) elsewhere.cookies.set(key, value);
        elsewhere.csrfToken = client.csrfToken;
        return mutate(elsewhere, 'createUserEmail', { userEmail: { email: 'new@' } }, 'userEmail { rowId }');
      };
      for (let i = 0; i < 5; i++) expect((await roaming()).status).toBe(200);
      expectLimited(await roaming(), 'TOO_MANY_ATTEMPTS', 3600);
    });

    it('cannot use up what an account may do, from an address that may do no more itself', async () => {
      await newClient().register('edsger');
      const address = newAddress();
      for (let i = 0; i < 20; i++) await newClient(address).login('edsger', 'password of edsger');
      // 6 from there were counted; two more are free.
      for (let i = 0; i < 2; i++)
        expect((await newClient().login('edsger', 'password of edsger')).errors).toBeUndefined();
      expect((await newClient().login('edsger', 'password of edsger')).code).toBe('TOO_MANY_ATTEMPTS');
    });

    it('cannot be got around by asking another process', async () => {
      const address = newAddress();
      for (let i = 0; i < 5; i++) await newClient(address).login(`nobody-${i}`, 'wrong');

      const logger = makeLogger(server.config);
      const pools = makePools(server.database.authenticator, logger);
      const other = await makeServer({ config: server.config, pools, logger });
      try {
        other.httpServer.listen(0, '127.0.0.1');
        await once(other.httpServer, 'listening');
        const there = () => new HttpClient(other.httpServer, from(address)).login('nobody', 'wrong');
        expect((await there()).code).toBe('INVALID_CREDENTIALS');
        expectLimited(await there(), 'RATE_LIMITED', 15 * 60);
        expectLimited(await newClient(address).login('nobody', 'wrong'), 'RATE_LIMITED', 15 * 60);
      } finally {
        other.httpServer.closeAllConnections();
        other.httpServer.close();
        await other.release();
        await pools.end();
      }
    });

    it('cannot slow a read down: only limited operations look into the store', async () => {
      const client = newClient();
      await client.currentUser();
      const before = await keys(server);
      server.wire.clear();
      await client.currentUser();
      await mutate(client, 'logout');
      expect(server.wire.statements.filter(({ text }) => text.includes('rate_limits'))).toEqual([]);
      expect(await keys(server)).toEqual(before);
    });

    it('cannot tell from the store who has tried to log in', async () => {
      await newClient().login('No-such-user', 'password');
      const all = (await keys(server)).join().toLowerCase();
      expect(all).toContain('loginsperaccount');
      for (const secret of ['no-such-user', 'grace', 'alan@example.com', ada.sessionId])
        expect(all).not.toContain(secret);
    });

    it('cannot let anybody guess while the store is lost: UNAVAILABLE; everything else goes on', async () => {
      const client = newClient();
      await client.login('ada', ada.password);
      await breakIt(server);
      try {
        for (const attempt of [
          () => newClient().login('ada', ada.password),
          () => mutate(newClient(), 'forgotPassword', { email: 'x@example.com' }),
        ]) {
          const { status, code, data } = await attempt();
          expect([status, code, data]).toEqual([503, 'UNAVAILABLE', undefined]);
        }
        expect((await client.currentUser()).data.currentUser.username).toBe('ada');
      } finally {
        await mendIt(server);
      }
      await until(async () => (await newClient().login('nobody', 'wrong')).code !== 'UNAVAILABLE');
    });
  });
}

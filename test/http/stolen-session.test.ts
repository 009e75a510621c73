import { describe, expect, it } from '@jest/globals';
import type { GraphqlAnswer, HttpClient } from '../helpers/http-client.ts';
import { mutate } from '../helpers/mutate.ts';
import { useServer } from '../helpers/server.ts';
import { until } from '../helpers/until.ts';

const NEW_PASSWORD = 'an entirely new one';

describe('a stolen session, and a stolen password', () => {
  const server = useServer({}, { waitsForLocks: true });

  async function setUp() {
    const owner = server.client();
    const account = await owner.register();
    const thief = server.client();
    await thief.login(account.username, account.password);
    const administrator = server.client();
    const { id } = await administrator.register();
    await server.sql(`update app_public.user_accounts set role = 'administrator' where user_id = $1`, [id]);
    const [row] = await server.sql<{ token: string }>(
      `select app_private.create_one_time_token('password_reset', user_id, id) as token
       from app_public.user_emails where user_id = $1`,
      [account.id],
    );
    return { account, owner, thief, administrator, token: row!.token };
  }
  type Setting = Awaited<ReturnType<typeof setUp>>;

  const createToken = (client: HttpClient) =>
    mutate(
      client,
      'createAccessToken',
      { name: 'loop', expiresAt: new Date(Date.now() + 3_600_000).toISOString(), scopes: ['read', 'write'] },
      'result { secret }',
    );

  it.each<[string, number, (given: Setting) => Promise<GraphqlAnswer>]>([
    [
      'resetPassword',
      0,
      ({ token }) => mutate(server.client(), 'resetPassword', { token, newPassword: NEW_PASSWORD }),
    ],
    [
      'suspendUser',
      0,
      ({ administrator, account }) =>
        mutate(administrator, 'suspendUser', { userId: account.id, reason: 'stolen' }, 'result { role }'),
    ],
    [
      'endSessionsOfUser',
      0,
      ({ administrator, account }) => mutate(administrator, 'endSessionsOfUser', { userId: account.id }),
    ],
    ['endOtherSessions', 1, ({ owner }) => mutate(owner, 'endOtherSessions')],
  ])('cannot keep a token by making them in a loop during %s', async (_, kept, end) => {
    for (let round = 0; round < 3; round++) {
      const given = await setUp();
      let isOver = false;
      const made: GraphqlAnswer[] = [];
      const loops = Array.from({ length: 8 }, async () => {
        while (!isOver) {
          const answer = await createToken(given.thief);
          made.push(answer);
          if (answer.code === 'UNAUTHENTICATED') return;
        }
      });
      try {
        await until(() => made.length >= 10);
        expect(made[0]!.errors).toBeUndefined();
        expect((await end(given)).errors).toBeUndefined();
      } finally {
        isOver = true;
        await Promise.all(loops);
      }
      const left = await server.sql('select kind from app_public.sessions where user_id = $1', [
        given.account.id,
      ]);
      expect(left).toHaveLength(kept);
    }
  });

  it.each<[string, number, (given: Setting) => Promise<GraphqlAnswer>]>([
    [
      'resetPassword',
      0,
      ({ token }) => mutate(server.client(), 'resetPassword', { token, newPassword: NEW_PASSWORD }),
    ],
    [
      'changePassword',
      1,
      ({ owner, account }) =>
        mutate(owner, 'changePassword', { oldPassword: account.password, newPassword: NEW_PASSWORD }),
    ],
  ])(
    'cannot be outlived by logins with the old password that are under way during %s',
    async (_, kept, end) => {
      const given = await setUp();
      const { account } = given;
      const clients = Array.from({ length: 50 }, () => server.client());
      await Promise.all(clients.map((client) => client.fetchCsrfToken()));
      const logins = clients.map((client) => client.login(account.username, account.password));
      const { errors } = await end(given);
      expect(errors).toBeUndefined();
      for (const { code } of await Promise.all(logins))
        expect([
          undefined,
          'INVALID_CREDENTIALS',
          'TOO_MANY_ATTEMPTS',
          'UNAVAILABLE',
          'UNAUTHENTICATED',
        ]).toContain(code);
      const left = await server.sql('select id from app_public.sessions where user_id = $1', [account.id]);
      expect(left).toHaveLength(kept);
      for (const client of clients) expect((await client.currentUser()).data?.currentUser ?? null).toBeNull();
    },
  );

  it('cannot guess more often by renaming the account', async () => {
    const { thief, account } = await setUp();
    const codes: (string | undefined)[] = [];
    for (let i = 0; i < 12; i++) {
      codes.push((await mutate(thief, 'reauthenticate', { password: `guess ${i}` })).code);
      if (i % 4 === 3)
        await mutate(
          thief,
          'updateUser',
          { rowId: account.id, patch: { username: `${account.username}-${i}` } },
          'user { username }',
        );
    }
    expect(codes.slice(5)).toEqual(Array(7).fill('TOO_MANY_ATTEMPTS'));
  });
});

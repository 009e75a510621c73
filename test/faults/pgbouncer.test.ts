import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrateDatabase } from '../../src/database/migrate.ts';
import { setupRoles } from '../../src/database/setup-roles.ts';
import { withParts } from '../../src/database/urls.ts';
import { withClient } from '../../src/database/with-client.ts';
import { makeLogger } from '../../src/logger.ts';
import { startWorker } from '../../worker/start-worker.ts';
import { startMailServer } from '../helpers/mail-server.ts';
import { mutate } from '../helpers/mutate.ts';
import { tokenIn } from '../helpers/parse-mail.ts';
import { startPgbouncer } from '../helpers/start-pgbouncer.ts';
import { startServer } from '../helpers/start-server.ts';
import { testConfig } from '../helpers/test-config.ts';
import { tokenClient } from '../helpers/token-client.ts';
import { until } from '../helpers/until.ts';

const POOL_SIZE = 4;

/** A query that takes long, for a client that does not wait for its end. */
const SLOW = `
  create function app_public.rowgate_test_rest(seconds float) returns integer language plpgsql stable as
    $$ begin perform pg_sleep(seconds); return 1; end $$;
  grant execute on function app_public.rowgate_test_rest(float) to anonymous, webuser;
`;

describe('behind PgBouncer in transaction mode, with PREPARED_STATEMENTS=off', () => {
  const undo: Array<() => Promise<unknown>> = [];
  let direct: { root: string; owner: string; authenticator: string };
  let bouncer: Awaited<ReturnType<typeof startPgbouncer>>;
  let mail: Awaited<ReturnType<typeof startMailServer>>;
  let server: Awaited<ReturnType<typeof startServer>>;

  // As an operator does it: migrations and the worker at PostgreSQL itself, the server through the pooler.
  beforeAll(async () => {
    const { root, owner, authenticator } = JSON.parse(process.env.ROWGATE_TEST_DATABASES as string);
    const database = `rowgate_pgbouncer_${randomBytes(6).toString('hex')}`;
    direct = {
      root,
      owner: withParts(owner, { database }),
      authenticator: withParts(authenticator, { database }),
    };
    await setupRoles(direct);
    undo.push(() => withClient(root, (client) => client.query(`drop database ${database} with (force)`)));
    bouncer = await startPgbouncer(direct.authenticator, { poolSize: POOL_SIZE });
    undo.push(() => bouncer.stop());
    await migrateDatabase({ ...direct, authenticator: bouncer.url }, testConfig(), () => {});
    await withClient(direct.owner, (client) => client.query(SLOW));
    mail = await startMailServer();
    undo.push(() => mail.close());
    const config = testConfig({ SMTP_URL: mail.url });
    const worker = await startWorker({ config, logger: makeLogger(config), connectionString: direct.owner });
    undo.push(() => worker.stop());
    server = await startServer(bouncer.url, {
      PREPARED_STATEMENTS: 'off',
      RATE_LIMITS: 'on',
      RATE_LIMIT_MAILS: '100 in 1 hour',
    });
    undo.push(() => server.close());
  });
  afterAll(async () => {
    for (const step of undo.reverse()) await step();
  });

  const askBouncer = (question: string) =>
    withClient(bouncer.adminUrl, async (client) => (await client.query(question)).rows);

  it('can live a whole account: registration, mail, e-mail address, password, throttle, tokens', async () => {
    const client = server.client();
    const { username, email, password } = await client.register();
    expect((await client.currentUser()).data.currentUser).toMatchObject({ username });
    const token = tokenIn(await mail.next(({ to }) => to === email));
    expect((await mutate(client, 'verifyEmail', { token })).errors).toBeUndefined();
    expect((await client.graphql('{ userEmails { nodes { email isVerified } } }')).data.userEmails).toEqual({
      nodes: [{ email, isVerified: true }],
    });
    const changed = await mutate(client, 'changePassword', {
      oldPassword: password,
      newPassword: 'another one entirely',
    });
    expect(changed.errors).toBeUndefined();
    expect((await client.logout()).errors).toBeUndefined();
    expect((await client.currentUser()).data).toEqual({ currentUser: null });

    expect((await client.login(username, password)).code).toBe('INVALID_CREDENTIALS');
    expect((await client.login(email, 'another one entirely')).errors).toBeUndefined();
    expect((await client.currentUser()).data.currentUser).toMatchObject({ username });

    const tokens = tokenClient(server);
    const { account, accessToken, refreshToken } = await tokens.issue();
    expect((await tokens.withToken(accessToken)).data.currentUser).toEqual({ username: account.username });
    const refreshed = (await tokens.refresh(refreshToken)).data.refreshTokens.tokens;
    expect((await tokens.withToken(refreshed.accessToken)).data.currentSession.rowId).toBeDefined();

    for (let i = 0; i < 5; i++)
      expect((await server.client().login(account.username, 'wrong')).code).toBe('INVALID_CREDENTIALS');
    const { username: guessed, password: right } = account;
    expect((await server.client().login(guessed, right)).code).toBe('TOO_MANY_ATTEMPTS');
  });

  it('can serve 20 at once on 4 connections, and never gives one the answer of another', async () => {
    const people = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const client = server.client();
        return { client, account: await client.register() };
      }),
    );
    const nobody = server.client();
    await nobody.fetchCsrfToken();
    let rounds = 0;
    async function work(index: number): Promise<void> {
      const { client, account } = people[index % people.length]!;
      for (let round = 0; round < 15; round++) {
        const name = `${account.username} ${index} ${round}`;
        const answer =
          round % 3 === 0
            ? await mutate(client, 'updateUser', { rowId: account.id, patch: { name } }, 'user { username }')
            : await client.graphql(
                `query Mine($size: Int!) { currentUser { username } sessions(first: $size) { nodes { rowId } } }`,
                { size: 10 + ((index + round) % 7) },
              );
        expect(answer.errors).toBeUndefined();
        const { updateUser, currentUser, sessions } = answer.data;
        expect((updateUser?.user ?? currentUser).username).toBe(account.username);
        if (sessions) expect(sessions.nodes).toEqual([{ rowId: account.sessionId }]);
        expect((await nobody.currentUser()).data).toEqual({ currentUser: null });
        rounds++;
      }
    }
    await Promise.all(Array.from({ length: 20 }, (_, index) => work(index)));
    expect(rounds).toBe(300);

    const pool = (await askBouncer('show pools')).find(({ database }) => database !== 'pgbouncer');
    expect(pool.pool_mode).toBe('transaction');
    const serverConnections = ['sv_active', 'sv_idle', 'sv_used'].reduce(
      (sum, state) => sum + Number(pool[state]),
      0,
    );
    expect(serverConnections).toBeLessThanOrEqual(POOL_SIZE);
    expect(Number(pool.cl_active)).toBeGreaterThan(POOL_SIZE);
  });

  it('cannot keep a session that has ended, whichever connection its requests come by', async () => {
    const client = server.client();
    const { sessionId } = await client.register();
    await withClient(direct.owner, (owner) =>
      owner.query('delete from app_public.sessions where id = $1', [sessionId]),
    );
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.currentUser()));
    expect(answers.map(({ code }) => code)).toEqual(Array(8).fill('UNAUTHENTICATED'));
  });

  it('cannot leave a role, a user or a setting on a connection that the next one gets', async () => {
    const { rows } = await withClient(bouncer.url, (client) =>
      client.query(
        `select current_user::text as "user", current_setting('app.user_id', true) as "userId",
           current_setting('statement_timeout') as "statementTimeout"`,
      ),
    );
    expect(rows[0]).toEqual({
      user: 'authenticator',
      userId: expect.stringMatching(/^$/),
      statementTimeout: '5s',
    });
  });

  it('can stop the statement of a client that has gone', async () => {
    const client = server.client();
    await client.fetchCsrfToken();
    const controller = new AbortController();
    const asked = fetch(`${server.url}/graphql`, {
      method: 'POST',
      signal: controller.signal,
      headers: { 'content-type': 'application/json', 'x-auth-mode': 'token' },
      body: JSON.stringify({ query: '{ rowgateTestRest(seconds: 4.5) }' }),
    }).catch(() => null);
    const running = () =>
      withClient(direct.root, async (root) => {
        const { rows } = await root.query(
          `select count(*)::integer as count from pg_stat_activity where state = 'active' and query like '%"rowgate_test_rest"%' and pid <> pg_backend_pid()`,
        );
        return rows[0].count as number;
      });
    await until(async () => (await running()) === 1, 4_000);
    const leftAt = performance.now();
    controller.abort();
    await asked;
    await until(async () => (await running()) === 0, 10_000);
    expect(performance.now() - leftAt).toBeLessThan(3_000);
  });
});

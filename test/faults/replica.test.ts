import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { withClient } from '../../src/database/with-client.ts';
import { freePort } from '../helpers/free-port.ts';
import type { Account, HttpClient } from '../helpers/http-client.ts';
import { mutate } from '../helpers/mutate.ts';
import { readMetrics } from '../helpers/read-metrics.ts';
import { startPrimaryAndReplica } from '../helpers/start-primary-and-replica.ts';
import { startServer } from '../helpers/start-server.ts';
import { type Issued, tokenClient } from '../helpers/token-client.ts';
import { until } from '../helpers/until.ts';

/** Milliseconds that a replica may be behind; docs/operations.md and docs/security.md say so. */
const BOUND = 3_000;

/** Says which server has answered. */
const WHERE = `
  create function app_public.rowgate_test_is_replica() returns boolean language sql stable as 'select pg_is_in_recovery()';
  grant execute on function app_public.rowgate_test_is_replica() to anonymous, webuser;
`;

describe('DATABASE_READ_URL, a streaming replica', () => {
  let cluster: Awaited<ReturnType<typeof startPrimaryAndReplica>>;
  let server: Awaited<ReturnType<typeof startServer>>;
  /** Another process, which knows nothing of what the first was told. */
  let other: typeof server;
  let metricsUrl: string;
  /** Known to the replica, and not known to have written anything lately; each test takes one. */
  let people: { client: HttpClient; account: Account }[];
  let bearers: Issued[];

  beforeAll(async () => {
    cluster = await startPrimaryAndReplica();
    await withClient(cluster.primary.owner, (client) => client.query(WHERE));
    const start = async () => {
      const METRICS_PORT = String(await freePort());
      metricsUrl = `http://127.0.0.1:${METRICS_PORT}`;
      return startServer(cluster.primary.authenticator, {
        DATABASE_READ_URL: cluster.replica.authenticator,
        METRICS_PORT,
      });
    };
    server = await start();
    other = await start();
    people = await Promise.all(
      Array.from({ length: 2 }, async () => {
        const client = server.client();
        return { client, account: await client.register() };
      }),
    );
    bearers = await Promise.all([1, 2, 3].map(() => tokenClient(server).issue()));
    for (const { client } of people) {
      client.cookies.delete('rowgate.wrote');
      await until(() => isReplica(client));
    }
  });
  afterAll(async () => {
    await server?.close();
    await other?.close();
    await cluster?.close();
  });
  beforeEach(async () => {
    for (const each of [server, other]) await until(() => isReplica(each.client()));
  });

  const onPrimary = (text: string, values: unknown[] = []) =>
    withClient(cluster.primary.root, async (client) => (await client.query(text, values)).rows);
  const onReplica = (text: string, values: unknown[] = []) =>
    withClient(cluster.replica.root, async (client) => (await client.query(text, values)).rows);
  const isReplica = async (client: HttpClient): Promise<boolean> =>
    (await client.graphql('{ isReplica: rowgateTestIsReplica }')).data.isReplica;
  const rename = ({ client, account }: (typeof people)[0], name: string) =>
    mutate(client, 'updateUser', { rowId: account.id, patch: { name } }, 'user { name }');
  async function whilePaused<T>(work: () => Promise<T>): Promise<T> {
    await onReplica('select pg_wal_replay_pause()');
    await until(
      async () => (await onReplica('select pg_get_wal_replay_pause_state() as state'))[0].state === 'paused',
    );
    try {
      return await work();
    } finally {
      await onReplica('select pg_wal_replay_resume()');
    }
  }
  /**
   * Ends the session of a token, and goes on using the token.
   * @param patience milliseconds for which it is used at least
   * @returns milliseconds for which the session was good, by when it was asked
   */
  async function revokeAndUse({ accessToken, account }: Issued, patience: number): Promise<number> {
    const { withToken } = tokenClient(server);
    const { rowId } = (await withToken(accessToken)).data.currentSession;
    await onPrimary('delete from app_public.sessions where id = $1', [rowId]);
    const revokedAt = performance.now();
    for (let lastGood = -1; ; await delay(10)) {
      const askedAt = performance.now() - revokedAt;
      const { data, code } = await withToken(accessToken, '{ currentUser { username } }');
      if (data?.currentUser?.username === account.username) lastGood = askedAt;
      else {
        expect(code).toBe('UNAUTHENTICATED');
        if (askedAt > patience) return lastGood;
      }
      if (askedAt > 30_000) throw new Error('It was never refused.');
    }
  }

  it('can answer queries, and is never sent a mutation', async () => {
    const person = people[0]!;
    const { data } = await person.client.graphql(
      '{ isReplica: rowgateTestIsReplica currentUser { username } }',
    );
    expect(data).toEqual({ isReplica: true, currentUser: { username: person.account.username } });
    expect((await rename(person, 'Ada')).data).toEqual({ updateUser: { user: { name: 'Ada' } } });
    expect((await readMetrics(metricsUrl)).sum('rowgate_replica_fresh')).toBe(1);
  });

  it('cannot hide from a client what it has just written itself', async () => {
    const person = people[0]!;
    const { client } = person;
    const bearer = bearers[0]!;
    await whilePaused(async () => {
      for (const name of ['Ada', 'Countess of Lovelace']) {
        await rename(person, name);
        const { data } = await client.graphql('{ isReplica: rowgateTestIsReplica currentUser { name } }');
        expect(data).toEqual({ isReplica: false, currentUser: { name } });
      }
      // Another process knows it by the cookie alone, or by what a client without cookies sends back.
      const elsewhere = other.client();
      elsewhere.cookies.set('rowgate.wrote', client.cookies.get('rowgate.wrote') as string);
      expect(await isReplica(elsewhere)).toBe(false);
      const document =
        'mutation Rename($id: UUID!) { updateUser(input: { rowId: $id, patch: { name: "Bob" } }) { user { name } } }';
      const { errors, headers } = await tokenClient(server).withToken(bearer.accessToken, document, {
        id: bearer.account.id,
      });
      expect(errors).toBeUndefined();
      const answer = await tokenClient(other).send(
        '{ isReplica: rowgateTestIsReplica currentUser { name } }',
        {},
        { authorization: `Bearer ${bearer.accessToken}`, 'x-wrote-at': headers['x-wrote-at'] as string },
      );
      expect(answer.data).toEqual({ isReplica: false, currentUser: { name: 'Bob' } });
    });
  });

  it('can be asked for a session that it does not know yet: the primary does', async () => {
    const isTrusted = () => isReplica(other.client());
    const ask = async () => {
      const client = server.client();
      const { username, sessionId } = await client.register();
      const elsewhere = other.client();
      elsewhere.cookies.set('rowgate', client.cookies.get('rowgate') as string);
      await elsewhere.fetchCsrfToken();
      const { data } = await elsewhere.graphql(
        '{ isReplica: rowgateTestIsReplica currentUser { username } }',
      );
      expect(data).toEqual({ isReplica: false, currentUser: { username } });
      expect(await onReplica('select from app_public.sessions where id = $1', [sessionId])).toEqual([]);
      return isTrusted();
    };
    // It did go to the replica first if that, which did not know it, was trusted to the end: for 3 seconds.
    await until(async () => {
      await until(isTrusted);
      return whilePaused(ask);
    });
  });

  it('cannot let a revoked session read for longer than 3 seconds, however far behind it is', async () => {
    await whilePaused(async () => {
      const goodFor = await revokeAndUse(bearers[1]!, 0);
      // It was behind: for a while the session did go on.
      expect(goodFor).toBeGreaterThan(0);
      expect(goodFor).toBeLessThanOrEqual(BOUND);
      expect(await isReplica(server.client())).toBe(false);
    });
  });

  it('can be lost and come back far behind: nothing fails, and no revocation is missed', async () => {
    const person = people[1]!;
    const answers: (string | undefined)[] = [];
    let isGone = false;
    const stopping = cluster.stopReplica().then(() => {
      isGone = true;
    });
    while (!isGone) answers.push((await person.client.currentUser()).code);
    await stopping;
    expect(answers.filter((code) => code !== undefined)).toEqual([]);
    for (let i = 0; i < 20; i++) {
      const { data } = await person.client.graphql(
        '{ isReplica: rowgateTestIsReplica currentUser { username } }',
      );
      expect(data).toEqual({ isReplica: false, currentUser: { username: person.account.username } });
    }
    expect((await person.client.request('get', '/readyz')).status).toBe(200);
    await until(async () =>
      (await readMetrics(metricsUrl)).matching('rowgate_replica_fresh').every(({ value }) => value === 0),
    );

    // By now it is no merit to have what the primary had when the replica was last asked.
    await delay(2_000);
    const judged = revokeAndUse(bearers[2]!, 5_500);
    await cluster.startReplica({ recovery_min_apply_delay: '5s' });
    expect(await judged).toBeLessThanOrEqual(BOUND);

    await cluster.stopReplica();
    await cluster.startReplica();
    await until(() => isReplica(person.client));
  });
});

import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type MailServer, startMailServer } from '../helpers/mail-server.ts';
import { until } from '../helpers/until.ts';
import { findLostWrites } from './helpers/find-lost-writes.ts';
import { NOTES } from './helpers/notes.ts';
import { endWith, isAlive } from './helpers/processes.ts';
import { startCrowd } from './helpers/start-crowd.ts';
import { type Postgres, startPostgres } from './helpers/start-postgres.ts';
import {
  type ServerProcess,
  startServerProcess,
  startWorkerProcess,
} from './helpers/start-server-process.ts';
import { Tally } from './helpers/tally.ts';

/** Milliseconds. */
const BACK_WITHIN = 10_000;
/** Less than any request waits that needs the database: 5 s for a connection. */
const AT_ONCE = 4_000;

describe('a server and a worker', () => {
  let postgres: Postgres;
  let server: ServerProcess;
  let worker: ChildProcess;
  let mail: MailServer;
  beforeAll(async () => {
    postgres = await startPostgres(NOTES);
    server = await startServerProcess(postgres.urls);
    mail = await startMailServer();
    worker = (await startWorkerProcess(postgres.urls, mail.url)).child;
  });
  afterAll(async () => {
    await endWith(worker, 'SIGKILL');
    await mail.close();
    await server.end('SIGKILL');
    await postgres.remove();
  });

  const isReady = async () => (await server.health('/readyz')).status === 200;

  it.each(['kill', 'stop'] as const)(
    'can go on when PostgreSQL is lost (%s): they answer in JSON, and serve again within 10 seconds of its return',
    async (loss) => {
      const { pid } = server;
      await using crowd = await startCrowd(server, 12);
      const { tally, users } = crowd;
      await until(() => tally.served > 100);

      await postgres[loss]();
      await until(() => tally.refused.UNAVAILABLE);
      expect(await server.health('/readyz')).toMatchObject({
        status: 503,
        body: { status: 'not ready', database: 'unreachable' },
      });
      const { status, milliseconds } = await server.health('/healthz');
      expect(status).toBe(200);
      expect(milliseconds).toBeLessThan(AT_ONCE);
      const refusals = tally.refusals;
      await until(() => tally.refusals > refusals + 100);
      const servedBefore = tally.served;

      await postgres.start();
      const startedAt = performance.now();
      await until(() => tally.served > servedBefore);
      await until(isReady);
      expect(performance.now() - startedAt).toBeLessThan(BACK_WITHIN);
      await until(() => tally.served > servedBefore + 100);

      await crowd.stop();
      expect(tally.wrong.slice(0, 5)).toEqual([]);
      expect(await findLostWrites(postgres, users)).toEqual([]);
      expect([server.pid, server.isAlive]).toEqual([pid, true]);

      const to = `${loss}@example.com`;
      const notice = { kind: 'password_changed', to, username: 'ada', details: {} };
      await postgres.sql(`select graphile_worker.add_job('send_notice', $1)`, [JSON.stringify(notice)]);
      await mail.next((received) => received.to === to);
      expect(isAlive(worker)).toBe(true);
      expect(server.output).not.toContain('unexpected error');
    },
  );

  it('can answer while PostgreSQL is frozen: at once where it is not needed, otherwise in time', async () => {
    const tally = new Tally();
    const account = await server.client().register();
    const clients = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const client = server.client();
        await client.login(account.username, account.password);
        return client;
      }),
    );
    const [first] = clients;

    await postgres.freeze();
    try {
      const frozenAt = performance.now();
      const pending = Promise.all(
        clients.map(async (client) => {
          await tally.count('who', client.currentUser());
          return performance.now() - frozenAt;
        }),
      );
      // Neither before the requests wait nor while they do.
      for (let i = 0; i < 10; i++) {
        const startedAt = performance.now();
        expect((await first!.graphql('{ __typename }')).data).toEqual({ __typename: 'Query' });
        expect((await server.client().graphql('{ __typename }')).data).toEqual({ __typename: 'Query' });
        expect(performance.now() - startedAt).toBeLessThan(AT_ONCE);
        const { status, milliseconds } = await server.health('/healthz');
        expect(status).toBe(200);
        expect(milliseconds).toBeLessThan(AT_ONCE);
        await delay(100);
      }
      expect((await server.health('/readyz')).status).toBe(503);
      // 5 s for a connection, or 7 s for the answer; it is frozen for as long as the test wants.
      for (const milliseconds of await pending) expect(milliseconds).toBeLessThan(20_000);
      expect(tally.wrong).toEqual([]);
      expect(tally.served).toBe(0);
      // Those that had a connection, and those that waited for one.
      expect(tally.refused.TIMEOUT).toBeGreaterThanOrEqual(10);
      expect(tally.refusals).toBe(clients.length);
    } finally {
      await postgres.thaw();
    }

    const thawedAt = performance.now();
    await until(isReady);
    for (const client of clients) {
      const { currentUser } = (await until(() => tally.count('who', client.currentUser()), BACK_WITHIN)).data;
      expect(currentUser.username).toBe(account.username);
    }
    expect(performance.now() - thawedAt).toBeLessThan(BACK_WITHIN);
    expect(tally.wrong).toEqual([]);
    expect(server.output).not.toContain('unexpected error');
  });

  it('cannot lose an acknowledged write or a session by a SIGKILL of the server', async () => {
    await using crowd = await startCrowd(server, 12, { sessionChanges: 0 });
    const { tally, users } = crowd;
    await until(() => tally.served > 200 && users.every(({ acknowledged }) => acknowledged.size > 0));
    const killed = server.end('SIGKILL');
    await crowd.stop();
    await killed;

    await server.startAgain();
    expect(await findLostWrites(postgres, users)).toEqual([]);
    for (const { account, client, acknowledged } of users) {
      expect(acknowledged.size).toBeGreaterThan(0);
      expect((await client.currentUser()).data.currentUser.username).toBe(account.username);
    }
  });
});

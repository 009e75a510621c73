import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { startMailServer } from '../helpers/mail-server.ts';
import { until } from '../helpers/until.ts';
import { findLostWrites } from './helpers/find-lost-writes.ts';
import { issueToken } from './helpers/issue-token.ts';
import { CREATE_NOTE } from './helpers/notes.ts';
import { endWith } from './helpers/processes.ts';
import { startCrowd } from './helpers/start-crowd.ts';
import { startWorkerProcess } from './helpers/start-server-process.ts';
import { useServerProcess } from './helpers/use-server-process.ts';

/** Milliseconds; what supervisors grant. */
const PATIENCE = 15_000;
/** Milliseconds after which the server cuts off whoever is left: src/listen.ts. */
const GRACE = 10_000;
/** How a client learns that a server takes no more requests. */
const NOT_TAKEN = /no answer, .*(ECONNREFUSED|ECONNRESET|socket hang up)/;

describe('SIGTERM', () => {
  const server = useServerProcess({}, { waitsForLocks: true });

  /**
   * Asks for something that takes its time, and then something else again and again, all over one connection. Resolves
   * with the time of the last answer.
   */
  async function goOnAsking(token: string): Promise<number> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const ask = async (query: string) => {
      const sent = request(`${server.process.url}/graphql`, { method: 'POST', headers, agent });
      sent.end(JSON.stringify({ query }));
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      expect(await json(answer)).toHaveProperty('data');
      return performance.now();
    };
    let last = await ask('{ notes: rowgateTestNotes { nodes { body } } }');
    for (;;) {
      try {
        last = await ask('{ __typename }');
      } catch {
        return last;
      }
    }
  }

  it('can let every request in progress finish, while others keep coming and one never ends', async () => {
    await using crowd = await startCrowd(server, 12, { sessionChanges: 0 });
    const { tally, users } = crowd;
    const waiting = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const client = server.client();
        await client.register();
        return client;
      }),
    );
    const { token } = await issueToken(server);
    await until(() => tally.served > 100);
    const slow = connect(server.process.port, '127.0.0.1');
    slow.on('error', () => {});
    slow.write('POST /graphql HTTP/1.1\r\nhost: localhost\r\n');

    const unlock = await server.lockNotes();
    const pending = Promise.all(waiting.map((client) => client.graphql(CREATE_NOTE, { body: 'in time' })));
    const lastAnswers = Promise.all([goOnAsking(token), goOnAsking(token)]);
    await until(async () => (await server.busy()).length === 10);
    const signalledAt = performance.now();
    const ended = server.process.end('SIGTERM');
    await delay(500);
    await unlock();

    for (const { data } of await pending) expect(data.createNote.note.body).toBe('in time');
    const { code, milliseconds } = await ended;
    expect(milliseconds).toBeLessThan(PATIENCE);
    expect([code, server.process.output]).toEqual([0, expect.not.stringContaining('rror')]);
    await crowd.stop();
    slow.destroy();
    // Nor do those go on for ever who have a connection already: they are sent away before anybody is cut off.
    for (const last of await lastAnswers) expect(last - signalledAt).toBeLessThan(GRACE - 1_000);

    expect(tally.wrong.filter((problem) => !NOT_TAKEN.test(problem)).slice(0, 5)).toEqual([]);
    expect(await findLostWrites(server, users)).toEqual([]);
    // What was done was also answered: nobody was cut off.
    const acknowledged = users.flatMap((user) => [...user.acknowledged]);
    const stored = await server.sql<{ body: string }>(
      `select body from app_public.rowgate_test_notes where body <> 'in time'`,
    );
    expect(stored.map(({ body }) => body).sort()).toEqual(acknowledged.sort());
  });

  it('can let the job of a worker finish', async () => {
    // The mails to the users of other tests.
    await server.sql('delete from graphile_worker._private_jobs');
    const mail = await startMailServer();
    try {
      const { child } = await startWorkerProcess(server.database, mail.url);
      const held = mail.hold();
      const [job] = await server.sql<{ id: string }>(
        `select id from graphile_worker.add_job('send_notice', $1)`,
        [JSON.stringify({ kind: 'password_changed', to: 'ada@example.com', username: 'ada', details: {} })],
      );
      await held.reached;
      const ended = endWith(child, 'SIGTERM');
      await delay(500);
      held.release();
      const { code, milliseconds } = await ended;
      expect(code).toBe(0);
      expect(milliseconds).toBeLessThan(PATIENCE);
      expect(mail.mails.filter(({ to }) => to === 'ada@example.com')).toHaveLength(1);
      expect(await server.sql('select from graphile_worker.jobs where id = $1', [job!.id])).toEqual([]);
    } finally {
      await mail.close();
    }
  });
});

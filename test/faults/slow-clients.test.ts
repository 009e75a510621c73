import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { until } from '../helpers/until.ts';
import { issueToken } from './helpers/issue-token.ts';
import { useServerProcess } from './helpers/use-server-process.ts';

/** Milliseconds: the limit of 15 s, and some for a machine that is busy. Node's own limits are 60 s and more. */
const CUT_OFF_WITHIN = 40_000;
/** Milliseconds; a request that waits for a connection to the database gives up after 5 s. */
const AT_ONCE = 4_000;
const HEADERS =
  'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nx-auth-mode: token\r\n';
const BODY = `{"query":"{ __typename } ${' '.repeat(5_000)}"}`;

describe('clients that are slow on purpose', () => {
  const server = useServerProcess();
  const sockets: Socket[] = [];
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
  });

  async function open(): Promise<Socket> {
    const socket = connect(server.process.port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  }
  /** Sends the beginning of a request, and then byte by byte of the rest; resolves with the answer when it is cut off. */
  async function sendSlowly(beginning: string, rest: string): Promise<string> {
    const socket = await open();
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.write(beginning);
    for (const byte of rest) {
      if (socket.destroyed) break;
      socket.write(byte);
      await delay(200);
    }
    if (!socket.destroyed) await once(socket, 'close');
    return answer;
  }
  /** How many milliseconds an ordinary request takes, database and all. */
  async function timeOfAnother(): Promise<number> {
    const startedAt = performance.now();
    expect((await server.client().currentUser()).data).toEqual({ currentUser: null });
    return performance.now() - startedAt;
  }

  it('cannot hold their connections: 200 of them are cut off, and others are served fast meanwhile', async () => {
    const beginning = `${HEADERS}content-length: ${BODY.length}\r\n\r\n`;
    const startedAt = performance.now();
    let left = 200;
    const all = Promise.all(
      Array.from({ length: left / 4 }, () => [
        sendSlowly(HEADERS, `x-filler: ${'x'.repeat(5_000)}`),
        sendSlowly(HEADERS, ''),
        sendSlowly(beginning, BODY),
        sendSlowly(beginning, ''),
      ])
        .flat()
        .map((answer) => answer.finally(() => left--)),
    );
    const times: number[] = [];
    while (left > 0) {
      times.push(await timeOfAnother());
      expect(performance.now() - startedAt).toBeLessThan(CUT_OFF_WITHIN);
      await delay(100);
    }
    // Two requests over connections of their own. The longest may have met a moment in which the machine was busy.
    expect(times.sort((a, b) => a - b)[Math.floor(times.length / 2)]).toBeLessThan(1_000);
    expect(Math.max(...times)).toBeLessThan(2 * AT_ONCE);
    for (const answer of await all) expect(answer).toMatch(/^HTTP\/1.1 408 .*"code":"BAD_REQUEST"/s);
  });

  it('cannot hold a connection to the database by not reading their answers', async () => {
    const { account, token } = await issueToken(server);
    await server.sql(
      `insert into app_public.rowgate_test_notes (user_id, body) select $1, repeat('x', 80000) from generate_series(1, 100)`,
      [account.id],
    );
    const query = JSON.stringify({ query: '{ notes: rowgateTestNotes(first: 100) { nodes { body } } }' });
    // More of them than the server has connections.
    const readers = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const socket = await open();
        socket.write(
          `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nauthorization: Bearer ${token}\r\ncontent-length: ${query.length}\r\n\r\n${query}`,
        );
        // It reads the first bytes, so that the answer is known to have come, and no more.
        const [chunk] = await once(socket, 'data');
        socket.pause();
        expect(String(chunk)).toMatch(/^HTTP\/1.1 200 /);
        return socket;
      }),
    );
    // Before the limit of the pool, 7 s, would take the connections away.
    await until(async () => (await server.busy()).length === 0, 6_000);
    for (let i = 0; i < 20; i++) expect(await timeOfAnother()).toBeLessThan(AT_ONCE);
    for (const socket of readers) {
      expect(socket.destroyed).toBe(false);
      expect(socket.bytesRead).toBeLessThan(8_000_000);
    }
  });
});

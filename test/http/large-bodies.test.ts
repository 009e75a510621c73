import { type AddressInfo, connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { useServer } from '../helpers/server.ts';

const GIGABYTE = 1_000_000_000;

describe('a body without an end', () => {
  const server = useServer();

  /** Sends a gigabyte, or as much of it as the server takes, whatever it answers. */
  async function pour(headers: string[]) {
    const { port } = server.httpServer.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (bytes) => {
      answer += bytes;
    });
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.on('close', resolve));
    const head = ['POST /graphql HTTP/1.1', 'host: localhost', 'content-type: application/json', ...headers];
    socket.write(`${[...head, `content-length: ${GIGABYTE}`].join('\r\n')}\r\n\r\n`);
    const chunk = Buffer.alloc(100_000, ' ');
    let sent = 0;
    while (sent < GIGABYTE && !socket.destroyed) {
      sent += chunk.length;
      if (!socket.write(chunk))
        await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed]);
    }
    socket.destroy();
    return { status: Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1]), sent };
  }

  it.each<[string, string[], number]>([
    ['is too large', ['x-auth-mode: token'], 413],
    ['is refused before it is read', [], 403],
  ])('is not read to its end when it %s', async (_, headers, status) => {
    const poured = await pour(headers);
    // Whoever goes on sending may miss the answer.
    expect([status, Number.NaN]).toContainEqual(poured.status);
    expect(poured.sent).toBeLessThan(GIGABYTE / 2);
  });

  it('lets a client that stops keep its connection, and read the answer', async () => {
    const body = JSON.stringify({ query: `{ __typename } #${'x'.repeat(200_000)}` });
    const { status, code } = await server.client().post(body);
    expect([status, code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });
});

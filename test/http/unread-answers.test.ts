import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { useServer } from '../helpers/server.ts';
import { openSocket } from '../helpers/socket-client.ts';
import { until } from '../helpers/until.ts';

const MUCH = `
  create function app_public.rowgate_test_much() returns text language sql stable as $$ select repeat('x', 20000000) $$;
  grant execute on function app_public.rowgate_test_much() to anonymous;
`;
const BODY = '{"query":"{ rowgateTestMuch }"}';
const HEAD = `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nx-auth-mode: token`;

describe('a connection on which nothing moves', () => {
  const server = useServer({}, { sqlAsOwner: MUCH });

  it('is closed when its client does not read the answer; websockets are not', async () => {
    const { httpServer } = server;
    expect(httpServer.timeout).toBe(60_000);
    const ada = server.client();
    await ada.register('ada');
    // For the connections from now on; long enough for all that answers.
    httpServer.timeout = 2_000;
    const live = openSocket(server, { as: ada });
    await live.watch().next();
    const [webSocket] = live.sockets;

    const accepted = once(httpServer, 'connection');
    const socket = connect((httpServer.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => {});
    const [held] = await accepted;
    socket.write(`${HEAD}\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`);
    await once(socket, 'readable');
    expect(String(socket.read(15))).toBe('HTTP/1.1 200 OK');
    socket.pause();
    try {
      await until(() => held.destroyed);
      await delay(2_100);
      expect(webSocket?.readyState).toBe(1);
    } finally {
      socket.destroy();
      await live.close();
    }
  });
});

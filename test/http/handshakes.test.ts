import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { useServer } from '../helpers/server.ts';
import { until } from '../helpers/until.ts';

const BODY = JSON.stringify({ query: '{ currentUser { username } }' });
const POST = `POST /graphql HTTP/1.1\r\nhost: localhost\r\nx-auth-mode: token\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;
const UPGRADE = `GET /graphql HTTP/1.1\r\nhost: localhost\r\norigin: https://evil.example.com\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;

describe('the handshake of a websocket', () => {
  const server = useServer();
  const open = async ({ allowHalfOpen = false } = {}) => {
    const { port } = server.httpServer.address() as AddressInfo;
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen });
    await once(socket, 'connect');
    return socket;
  };
  const connections = () =>
    new Promise<number>((resolve) => server.httpServer.getConnections((_, count) => resolve(count)));

  it('cannot end the process when it comes before the answer to another request', async () => {
    const socket = await open();
    socket.on('error', () => {});
    const closed = once(socket, 'close');
    socket.write(POST + UPGRADE);
    await closed;
    expect((await server.client().graphql('{ __typename }')).data).toEqual({ __typename: 'Query' });
  });

  it('cannot leave a connection open once it is refused, though the client keeps its end open', async () => {
    const before = await connections();
    const socket = await open({ allowHalfOpen: true });
    socket.write(UPGRADE);
    expect(await text(socket)).toContain('403 Forbidden');
    await until(async () => (await connections()) <= before);
    socket.destroy();
  });
});

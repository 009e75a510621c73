import { afterEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { useServer } from '../helpers/server.ts';
import { addressOf, openSocket, refusedHandshake, WATCH } from '../helpers/socket-client.ts';

const opened: ReturnType<typeof openSocket>[] = [];
afterEach(async () => {
  for (const socket of opened.splice(0)) await socket.close();
});
function keep<T extends ReturnType<typeof openSocket>>(socket: T): T {
  opened.push(socket);
  return socket;
}

describe('sockets', () => {
  const server = useServer({ SOCKET_LIMITS: 'address=4 session=2 subscriptions=2', TRUST_PROXY: '1' });
  const from = (address: string) => ({ 'x-forwarded-for': address });
  async function loggedIn() {
    const client = server.client();
    await client.register();
    const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return { client, cookie };
  }
  /** A socket on which a test sends what it likes. */
  async function raw(cookie: string): Promise<{ ws: WebSocket; closed: Promise<number> }> {
    const ws = new WebSocket(addressOf(server.httpServer), 'graphql-transport-ws', { headers: { cookie } });
    const closed = new Promise<number>((resolve) => ws.on('close', resolve));
    ws.on('error', () => {});
    await new Promise((resolve) => ws.on('open', resolve));
    return { ws, closed };
  }

  it('cannot be opened by one address without number', async () => {
    const users = await Promise.all([1, 2, 3, 4].map(loggedIn));
    const headers = from('192.0.2.1');
    for (const { client } of users) await keep(openSocket(server, { as: client, headers })).ask();
    expect(await refusedHandshake(server, headers)).toEqual({ status: 429, code: 'RATE_LIMITED' });
    await keep(openSocket(server, { as: users[0]!.client, headers: from('192.0.2.2') })).ask();
  });

  it('cannot be opened by one session without number', async () => {
    const { client } = await loggedIn();
    for (let i = 0; i < 2; i++) await keep(openSocket(server, { as: client })).ask();
    expect(await openSocket(server, { as: client }).closed).toEqual({ code: 1013, reason: 'RATE_LIMITED' });
  });

  it('cannot hold subscriptions without number', async () => {
    const { client } = await loggedIn();
    const socket = keep(openSocket(server, { as: client }));
    const watches = [socket.watch(), socket.watch()];
    for (const watch of watches) await watch.next();
    await expect(socket.ask()).rejects.toEqual([
      expect.objectContaining({
        message: 'At most 2 subscriptions on one socket.',
        extensions: { code: 'BAD_REQUEST' },
      }),
    ]);
    await watches[0]!.return?.();
    await socket.ask();
  });

  it('cannot be sent more than a request may hold', async () => {
    const { ws, closed } = await raw((await loggedIn()).cookie);
    ws.send('x'.repeat(100_001));
    expect(await closed).toBe(1009);
  });

  it.each<[string, string | Buffer, number]>([
    ['bytes', Buffer.from('{}'), 4400],
    ['what is no JSON', '{', 4400],
    ['what the protocol does not know', '{"type":"connection_ack"}', 4400],
    [
      'an operation before its greeting',
      JSON.stringify({ id: '1', type: 'subscribe', payload: { query: WATCH } }),
      4401,
    ],
  ])('cannot be sent %s', async (_, message, code) => {
    const { ws, closed } = await raw((await loggedIn()).cookie);
    ws.send(message);
    expect(await closed).toBe(code);
  });

  it('cannot be kept open without a greeting', async () => {
    const { closed } = await raw((await loggedIn()).cookie);
    expect(await closed).toBe(4408);
  });
});

describe('messages', () => {
  const server = useServer({ RATE_LIMITS: 'on', RATE_LIMIT_REQUESTS: '40 in 1 hour' });

  it('are counted like requests', async () => {
    const client = server.client();
    await client.register();
    const socket = keep(openSocket(server, { as: client }));
    await socket.ask();
    for (let i = 0; i < 40; i++) socket.sockets[0]!.send('{"type":"ping"}');
    expect(await socket.closed).toEqual({ code: 1013, reason: 'RATE_LIMITED' });
  });
});

describe('a server process', () => {
  const server = useServer({ SOCKET_LIMITS: 'process=1' });

  it('cannot be given more sockets than it may have, and lets no more in when it stops', async () => {
    const client = server.client();
    await client.register();
    const socket = openSocket(server, { as: client });
    await socket.ask();
    expect(await refusedHandshake(server)).toEqual({ status: 503, code: 'UNAVAILABLE' });
    await server.closeSockets();
    expect((await socket.closed).code).toBe(1001);
    expect(await refusedHandshake(server)).toEqual({ status: 503, code: 'UNAVAILABLE' });
  });
});

describe('a server without live queries', () => {
  const server = useServer({ DATABASE_LISTEN_URL: 'off' });

  it('says so', async () => {
    expect(await refusedHandshake(server)).toEqual({ status: 503, code: 'UNAVAILABLE' });
  });
});
